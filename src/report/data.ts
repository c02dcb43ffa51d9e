import { cut } from "../base/cut.ts";
import { show } from "../base/errors.ts";
import type { RunSummary } from "../queue/summary.ts";
import type { TaskResult } from "../task/result.ts";
import { type Attempt, attemptsOf, explanation } from "./attempts.ts";
import { type CauseGroup, causeText, groupByCause, groupRetries } from "./causes.ts";
import { kindsOf } from "./kinds.ts";
import { levelsOf, peaksOf } from "./levels.ts";
import { pack, packDeltas } from "./packing.ts";
import { type Kind, type ListedCause, type PageData, STATUSES } from "./page_data.ts";
import { layOut } from "./rows.ts";
import { select } from "./selection.ts";
import { throughput, workerLoads } from "./statistics.ts";
import { MAX_NAME, type Room, Texts } from "./texts.ts";

/** A page of 100,000 tasks has less than 3 MB, of which each takes 13 bytes beside its texts. */
const MAX_LISTED = 100_000;
const MAX_TEXT_BYTES = 1_000_000;
const MAX_CAUSES = 50;
const MAX_KINDS = 100;
/** Texts of unknown length are cut to as many characters. */
const MAX_MESSAGE = 1_000;
const MAX_METADATA = 300;
const MAX_STACK = 8_000;

/**
 * Computes what a page shows of a run.
 *
 * @param summary The run.
 * @returns Plain data, of limited size however many tasks there were.
 */
export function pageData(summary: RunSummary): PageData {
  const { results, total, succeeded, failed, cancelled, duration } = summary;
  const all = results.flatMap(attemptsOf);
  const { start, end } = timeShown(summary);
  const rows = layOut(all);
  const unstarted = results.filter(({ startedAt }) => startedAt === undefined)
    .sort((a, b) => Number(b.status === "failed") - Number(a.status === "failed"))
    .slice(0, MAX_LISTED);
  const failedUnstarted = unstarted.filter(({ status }) => status === "failed").length;
  const drawn = select(rows, MAX_LISTED - failedUnstarted, end - start);
  const listed = [...new Set(drawn.attempts.map(({ result }) => result))];
  listed.push(...unstarted.slice(0, MAX_LISTED - listed.length));
  const ended = throughput(results, start, end);
  const kinds = kindsOf(results);
  const listedKinds = kinds.slice(0, MAX_KINDS).map(rounded);
  const causes = {
    failures: groupByCause(results, "failed"),
    retryCauses: groupRetries(all),
    cancellations: groupByCause(results, "cancelled"),
  };
  return {
    verdict: verdict(summary),
    ...{ total, succeeded, failed, cancelled, kept: results.length },
    retries: all.filter(({ status }) => status === "retried").length,
    ...{ duration: micros(duration), span: micros(end - start) },
    latency: all.length === 0 ? null : summary.latency(),
    throughput: ended,
    peaks: peaksOf(levelsOf(results, all), start, ended.step, ended.succeeded.length),
    workers: workerLoads(rows).map((load) => ({ ...load, busy: micros(load.busy) })),
    kinds: listedKinds,
    moreKinds: kinds.length - listedKinds.length,
    failures: causes.failures.slice(0, MAX_CAUSES).map(listedCause),
    retryCauses: causes.retryCauses.slice(0, MAX_CAUSES).map(listedCause),
    cancellations: causes.cancellations.slice(0, MAX_CAUSES).map(listedCause),
    moreFailures: Math.max(0, causes.failures.length - MAX_CAUSES),
    moreRetryCauses: Math.max(0, causes.retryCauses.length - MAX_CAUSES),
    moreCancellations: Math.max(0, causes.cancellations.length - MAX_CAUSES),
    rows: rows.map(({ name }) => name),
    ...columns(listed, drawn.attempts, listedKinds, start),
    blocks: {
      row: drawn.blocks.map(({ row }) => row),
      from: drawn.blocks.map(({ startedAt }) => micros(startedAt - start)),
      to: drawn.blocks.map(({ finishedAt }) => micros(finishedAt - start)),
      count: drawn.blocks.map(({ count }) => count),
      busy: drawn.blocks.map(({ busy }) => micros(busy)),
    },
  };
}

/** From the run's start, or the first thing known that was earlier, to its end, or the last that was later. */
function timeShown({ startedAt, duration, results }: RunSummary): { start: number; end: number } {
  let start = startedAt;
  let end = startedAt + duration;
  for (const { startedAt, finishedAt } of results) {
    start = Math.min(start, startedAt ?? finishedAt);
    end = Math.max(end, finishedAt);
  }
  return { start, end };
}

type Columns = Pick<
  PageData,
  | "tasks"
  | "attempts"
  | "names"
  | "messages"
  | "metadata"
  | "groups"
  | "priorities"
  | "idPrefixes"
  | "textsLeftOut"
>;

/** What there is one of for each task or attempt. Texts of what failed are the first that there is room for. */
function columns(
  listed: readonly TaskResult[],
  drawn: readonly (Attempt & { readonly row: number })[],
  kinds: readonly Kind[],
  start: number,
): Columns {
  const room: Room = { bytes: MAX_TEXT_BYTES, leftOut: 0 };
  const messages = new Texts(room, MAX_MESSAGE);
  const names = new Texts(room, MAX_NAME);
  const groups = new Texts(room, MAX_NAME);
  const priorities = new Texts(room, MAX_NAME);
  const metadata = new Texts(room, MAX_METADATA);
  for (const { name } of kinds) names.of(name);
  const numbers = new Map(listed.map((result, i) => [result, i]));
  const attempts = {
    row: pack(drawn.map(({ row }) => row)),
    ...times(drawn, start),
    task: packDeltas(drawn.map(({ result }) => numbers.get(result)!)),
    number: pack(drawn.map(({ number }) => number)),
    status: pack(drawn.map(({ status }) => STATUSES.indexOf(status))),
    message: pack(drawn.map((attempt) => messages.of(explanation(attempt)))),
  };
  const ids = listed.map(({ id }) => /^(.*?)(\d{0,15})$/s.exec(cut(id, MAX_NAME))!);
  // A number with zeros in front is no number.
  const split = ids.map(([id, prefix, number]) =>
    number !== "" && String(Number(number)) === number
      ? { prefix: prefix!, number: Number(number) }
      : { prefix: id, number: -1 }
  );
  const prefixes = new Map([...new Set(split.map(({ prefix }) => prefix))].map((it, i) => [it, i]));
  const tasks = {
    count: listed.length,
    idPrefix: pack(split.map(({ prefix }) => prefixes.get(prefix)!)),
    idNumber: packDeltas(split.map(({ number }) => number)),
    // Failures first, for the texts that there may be no room for.
    message: pack(listed.map((result) => messages.of(causeText(result)))),
    name: pack(listed.map(({ name }) => names.of(name))),
    group: pack(listed.map(({ groupId }) => groups.of(groupId))),
    metadata: pack(listed.map((result) => metadata.of(metadataText(result.metadata)))),
    status: pack(listed.map(({ status }) => STATUSES.indexOf(status))),
    priority: pack(listed.map(({ priority }) => priorities.of(`${priority}`))),
    attempts: pack(listed.map(({ attempts }) => attempts)),
    waited: pack(listed.map(waited)),
  };
  return {
    ...{ tasks, attempts, names: names.packed(), messages: messages.packed() },
    ...{ metadata: metadata.packed(), groups: groups.packed(), priorities: priorities.packed() },
    ...{ idPrefixes: [...prefixes.keys()], textsLeftOut: room.leftOut },
  };
}

/** When attempts ran, in whole microseconds: since the end of the one before on the same row, and how long. */
function times(
  drawn: readonly (Attempt & { readonly row: number })[],
  start: number,
): { gap: string; ran: string } {
  const at = (time: number) => Math.round((time - start) * 1000);
  const gap = drawn.map(({ row, startedAt }, i) => {
    const before = drawn[i - 1];
    return at(startedAt) - (before?.row === row ? at(before.finishedAt) : 0);
  });
  const ran = drawn.map(({ startedAt, finishedAt }) => at(finishedAt) - at(startedAt));
  return { gap: pack(gap), ran: pack(ran) };
}

function metadataText(metadata: unknown): string | undefined {
  if (metadata === undefined || typeof metadata === "string") return metadata;
  try {
    return JSON.stringify(metadata) ?? show(metadata);
  } catch {
    return show(metadata);
  }
}

function verdict({ ok, timedOut, failed }: RunSummary): PageData["verdict"] {
  if (ok) return "passed";
  if (timedOut) return "timed out";
  return failed > 0 ? "failed" : "cancelled";
}

/** As `latency()` counts it, in whole microseconds. */
function waited({ createdAt, scheduledFor, startedAt }: TaskResult): number {
  return startedAt === undefined
    ? -1
    : Math.round((startedAt - (scheduledFor ?? createdAt)) * 1000);
}

function rounded(kind: Kind): Kind {
  const { busy, p50, p95, max } = kind;
  return {
    ...kind,
    ...{ busy: micros(busy), p50: micros(p50), p95: micros(p95), max: micros(max) },
  };
}

function listedCause({ errorName, message, count, example, stack }: CauseGroup): ListedCause {
  return {
    name: errorName === undefined ? null : cut(errorName, MAX_NAME),
    message: cut(message, MAX_MESSAGE),
    ...{ count, example: { id: cut(example.id, MAX_NAME), name: cut(example.name, MAX_NAME) } },
    stack: stack === undefined ? null : cut(stack, MAX_STACK),
  };
}

/** Whole microseconds, in milliseconds: so precise are the times, and more digits only cost room. */
function micros(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
