import type { TaskResult } from "../task/result.ts";
import { nameOf, textField } from "./attempts.ts";
import type { Row } from "./rows.ts";

/** How many tasks ended in each stretch of time. */
export interface Throughput {
  /** The length of a stretch, in milliseconds. */
  readonly step: number;
  readonly succeeded: readonly number[];
  readonly failed: readonly number[];
  readonly cancelled: readonly number[];
}

/** So many stretches of time at the most. */
const MAX_STEPS = 120;

/**
 * Counts what ended when.
 *
 * @param results The tasks, all of which ended between `from` and `to`.
 * @param from When the time begins.
 * @param to When it ends.
 * @returns The counts of equal stretches of time of a round length, from `from` on.
 */
export function throughput(
  results: readonly TaskResult[],
  from: number,
  to: number,
): Throughput {
  const step = roundUp((to - from) / MAX_STEPS);
  const counts = () => new Array<number>(Math.max(1, Math.ceil((to - from) / step))).fill(0);
  const counted = { step, succeeded: counts(), failed: counts(), cancelled: counts() };
  for (const { status, finishedAt } of results) {
    const list = counted[status];
    // What ended at the very end belongs to the last stretch.
    list[Math.min(list.length - 1, Math.floor((finishedAt - from) / step))]!++;
  }
  return counted;
}

/** The next number of the form 1, 2 or 5 times a power of ten. */
export function roundUp(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((factor) => factor * power).find((round) => round >= value)!;
}

/** What a worker did. */
export interface WorkerLoad {
  readonly name: string;
  /** How many attempts it ran. */
  readonly attempts: number;
  /** How long it was busy, in milliseconds. */
  readonly busy: number;
}

/**
 * Adds up what each worker did.
 *
 * @param rows The attempts by worker.
 * @returns Each worker's load, in the order of the rows.
 */
export function workerLoads(rows: readonly Row[]): WorkerLoad[] {
  const loads = new Map<number | undefined, WorkerLoad>();
  for (const { name, workerId, attempts } of rows) {
    const load = loads.get(workerId);
    const busy = attempts.reduce(
      (sum, { startedAt, finishedAt }) => sum + finishedAt - startedAt,
      0,
    );
    loads.set(workerId, {
      name: load?.name ?? name,
      attempts: (load?.attempts ?? 0) + attempts.length,
      busy: (load?.busy ?? 0) + busy,
    });
  }
  return [...loads.values()];
}

/** Tasks that ended for what looks like one cause. */
export interface CauseGroup {
  /** The `name` of the error or reason, if it has one. */
  readonly errorName: string | undefined;
  /** The first one's message. */
  readonly message: string;
  readonly count: number;
  /** The first of the tasks. */
  readonly example: TaskResult;
  /** Where the first one's error comes from, and its causes, if that is known. */
  readonly stack: string | undefined;
}

/** So many causes of an error are followed: one may be its own. */
const MAX_CAUSES = 5;

/**
 * Groups the tasks of one status by cause. Messages that differ in numbers alone count as one.
 *
 * @param results The tasks.
 * @param status Which of them: those that failed, by error, or that were cancelled, by reason.
 * @returns The groups, the largest first.
 */
export function groupByCause(
  results: readonly TaskResult[],
  status: "failed" | "cancelled",
): CauseGroup[] {
  const groups = new Map<string, { example: TaskResult; count: number }>();
  for (const result of results) {
    if (result.status !== status) continue;
    const key = JSON.stringify([
      nameOf(causeOf(result)),
      result.message?.replace(/\d+/g, "#"),
    ]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { example: result, count: 1 });
    else group.count++;
  }
  return [...groups.values()].sort((a, b) => b.count - a.count)
    .map(({ example, count }) => {
      const cause = causeOf(example);
      const errorName = nameOf(cause);
      return { errorName, message: example.message ?? "", count, example, stack: stackOf(cause) };
    });
}

function causeOf(result: TaskResult): unknown {
  if (result.status === "failed") return result.error;
  return result.status === "cancelled" ? result.reason : undefined;
}

function stackOf(error: unknown): string | undefined {
  const stacks: string[] = [];
  for (let each = error; stacks.length < MAX_CAUSES; each = nextCause(each)) {
    const stack = textField(each, "stack");
    if (stack === undefined) break;
    const message = textField(each, "message") ?? "";
    // Some engines' stacks have frames alone.
    const text = stack.includes(message)
      ? stack
      : `${nameOf(each) ?? "Error"}: ${message}\n${stack}`;
    stacks.push(text.trimEnd());
  }
  return stacks.length === 0 ? undefined : stacks.join("\nCaused by: ");
}

function nextCause(error: unknown): unknown {
  try {
    return (error as { cause?: unknown }).cause;
  } catch {
    return undefined;
  }
}
