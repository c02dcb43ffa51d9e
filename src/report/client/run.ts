/**
 * The run that a page shows, read from its data.
 *
 * @module
 */
import type { PageData } from "../page_data.ts";
import { unpack, unpackDeltas, unpackTexts } from "../packing.ts";

/** The tasks that are listed, in columns. Times are in milliseconds; NaN and -1 stand for none. */
export interface Tasks {
  readonly count: number;
  readonly id: readonly string[];
  readonly name: readonly number[];
  readonly status: readonly number[];
  readonly priority: readonly number[];
  readonly attempts: readonly number[];
  readonly waited: readonly number[];
  readonly message: readonly number[];
  readonly metadata: readonly number[];
  readonly group: readonly number[];
  readonly startedAt: readonly number[];
  readonly ran: readonly number[];
  /** The row of its last attempt. */
  readonly row: readonly number[];
}

/** The attempts that are drawn one by one, in columns, row by row in order of time. */
export interface Attempts {
  readonly row: readonly number[];
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly task: readonly number[];
  readonly number: readonly number[];
  readonly status: readonly number[];
  readonly message: readonly number[];
}

/** What the page shows of single tasks. */
export interface Run {
  readonly tasks: Tasks;
  readonly attempts: Attempts;
  readonly names: readonly string[];
  readonly messages: readonly string[];
  readonly metadata: readonly string[];
  readonly groups: readonly string[];
  readonly priorities: readonly string[];
  /** A task's attempts in their order, which is not that of the rows. */
  attemptsOf(task: number): number[];
}

/** Reads the columns of a page's data. */
export function readRun(data: PageData): Run {
  const attempts = readAttempts(data);
  const { count } = data.tasks;
  // A list of each task's attempts, linked through `next`, since few tasks have more than one.
  const first = new Int32Array(count).fill(-1);
  const next = new Int32Array(attempts.row.length).fill(-1);
  const startedAt = new Array<number>(count).fill(NaN);
  const endedAt = new Array<number>(count).fill(NaN);
  const row = new Array<number>(count).fill(-1);
  attempts.task.forEach((task, i) => {
    next[i] = first[task]!;
    first[task] = i;
    const [from, to] = [attempts.from[i]!, attempts.to[i]!];
    if (!(startedAt[task]! <= from)) startedAt[task] = from;
    if (!(endedAt[task]! > to)) {
      endedAt[task] = to;
      row[task] = attempts.row[i]!;
    }
  });
  const ids = data.idPrefixes;
  const prefixes = unpack(data.tasks.idPrefix);
  const numbers = unpackDeltas(data.tasks.idNumber);
  const tasks = {
    count,
    id: numbers.map((number, i) => ids[prefixes[i]!]! + (number < 0 ? "" : number)),
    name: unpack(data.tasks.name),
    status: unpack(data.tasks.status),
    priority: unpack(data.tasks.priority),
    attempts: unpack(data.tasks.attempts),
    waited: unpack(data.tasks.waited).map((micros) => micros < 0 ? NaN : micros / 1000),
    message: unpack(data.tasks.message),
    metadata: unpack(data.tasks.metadata),
    group: unpack(data.tasks.group),
    startedAt,
    ran: startedAt.map((from, i) => endedAt[i]! - from),
    row,
  };
  return {
    tasks,
    attempts,
    names: unpackTexts(data.names),
    messages: unpackTexts(data.messages),
    metadata: unpackTexts(data.metadata),
    groups: unpackTexts(data.groups),
    priorities: unpackTexts(data.priorities),
    attemptsOf(task) {
      const own: number[] = [];
      for (let i = first[task]!; i >= 0; i = next[i]!) own.push(i);
      return own.sort((a, b) => attempts.number[a]! - attempts.number[b]!);
    },
  };
}

function readAttempts({ attempts: packed }: PageData): Attempts {
  const row = unpack(packed.row);
  const ran = unpack(packed.ran);
  const from: number[] = [];
  const to: number[] = [];
  let end = 0;
  unpack(packed.gap).forEach((gap, i) => {
    if (row[i] !== row[i - 1]) end = 0;
    from.push((end + gap) / 1000);
    end += gap + ran[i]!;
    to.push(end / 1000);
  });
  return {
    ...{ row, from, to },
    task: unpackDeltas(packed.task),
    number: unpack(packed.number),
    status: unpack(packed.status),
    message: unpack(packed.message),
  };
}
