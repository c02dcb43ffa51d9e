/**
 * Finds and sorts tasks.
 *
 * @module
 */
import { causeKey } from "../../base/cause_key.ts";
import { STATUSES } from "../page_data.ts";
import type { Run } from "./run.ts";

/** What tasks can be sorted by. */
export type SortKey = "name" | "status" | "started" | "waited" | "ran" | "attempts" | "worker";

/** Which tasks to find, in which order. */
export interface Query {
  /** Is in the name, the id, the group, the message or the metadata; upper or lower case. */
  readonly text: string;
  /** How the task ended; `"retried"` for those of several attempts, `""` for any. */
  readonly status: string;
  /** The number of a name; -1 for any. */
  readonly name: number;
  /** Why it did not succeed, as `causeKey` has it; `""` for any. */
  readonly cause: string;
  /** Why an attempt was followed by another, as `causeKey` has it; `""` for any. */
  readonly retryCause: string;
  readonly sort: SortKey;
  readonly descending: boolean;
}

/** The tasks that a query finds. */
export function findTasks(run: Run, query: Query): number[] {
  const { tasks } = run;
  const tests: ((task: number) => boolean)[] = [];
  if (query.name >= 0) tests.push((task) => tasks.name[task] === query.name);
  if (query.status === "retried") tests.push((task) => tasks.attempts[task]! > 1);
  else if (query.status !== "") {
    const status = STATUSES.findIndex((name) => name === query.status);
    tests.push((task) => tasks.status[task] === status);
  }
  if (query.cause !== "") {
    const fits = messagesOf(run, query.cause);
    tests.push((task) => fits.has(tasks.message[task]!));
  }
  if (query.retryCause !== "") {
    const found = retriedAfter(run, query.retryCause);
    tests.push((task) => found.has(task));
  }
  if (query.text !== "") tests.push(hasText(run, query.text.toLowerCase()));
  const found: number[] = [];
  for (let task = 0; task < tasks.count; task++) {
    if (tests.every((test) => test(task))) found.push(task);
  }
  const compare = order(run, query.sort);
  // Equal ones stay in the order of the timeline, whichever way they are sorted.
  return found.sort(query.descending ? (a, b) => compare(b, a) || a - b : compare);
}

/** The numbers of the messages that tell of a cause. */
function messagesOf({ messages }: Run, cause: string): Set<number> {
  return new Set(messages.keys().filter((i) => causeKey(messages[i]!) === cause));
}

/** The tasks of which an attempt that failed for a cause was followed by another. */
function retriedAfter(run: Run, cause: string): Set<number> {
  const { status, message, task } = run.attempts;
  const fits = messagesOf(run, cause);
  const retried = STATUSES.indexOf("retried");
  return new Set(task.filter((_, i) => status[i] === retried && fits.has(message[i]!)));
}

function hasText(run: Run, text: string): (task: number) => boolean {
  const { tasks } = run;
  // Each text is looked at once, however many tasks have it.
  const fits = (texts: readonly string[]) => texts.map((it) => it.toLowerCase().includes(text));
  const [names, messages, metadata, groups] = [
    run.names,
    run.messages,
    run.metadata,
    run.groups,
  ].map(fits) as [boolean[], boolean[], boolean[], boolean[]];
  return (task) =>
    names[tasks.name[task]!] === true || messages[tasks.message[task]!] === true ||
    metadata[tasks.metadata[task]!] === true || groups[tasks.group[task]!] === true ||
    tasks.id[task]!.toLowerCase().includes(text);
}

function order({ tasks, names }: Run, sort: SortKey): (a: number, b: number) => number {
  if (sort === "name") {
    const collator = new Intl.Collator("en", { numeric: true });
    const ranks = names.map((_, name) => name)
      .sort((a, b) => collator.compare(names[a]!, names[b]!));
    const rankOf = new Int32Array(names.length);
    ranks.forEach((name, rank) => rankOf[name] = rank);
    return (a, b) => rankOf[tasks.name[a]!]! - rankOf[tasks.name[b]!]! || a - b;
  }
  const columns: Record<Exclude<SortKey, "name">, readonly number[]> = {
    ...{ status: tasks.status, started: tasks.startedAt, waited: tasks.waited, ran: tasks.ran },
    ...{ attempts: tasks.attempts, worker: tasks.row },
  };
  const column = columns[sort];
  // What has no such value comes first, and so last where the largest come first.
  const value = (task: number) => Number.isNaN(column[task]!) ? -Infinity : column[task]!;
  return (a, b) => {
    const [one, other] = [value(a), value(b)];
    return one === other ? a - b : one - other;
  };
}
