/**
 * What a timeline draws, and where to find what is at a place.
 *
 * @module
 */
import type { Description } from "./tooltip.ts";
import { firstIndex } from "./view.ts";

/** Things on rows, in columns: row by row in order of time. Times are in milliseconds. */
export interface Items {
  readonly row: readonly number[];
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** What a timeline draws. */
export interface TimelineData {
  /** The time that is shown goes from 0 to this. */
  readonly span: number;
  readonly rows: readonly string[];
  readonly attempts: Items & {
    readonly task: readonly number[];
    readonly status: readonly number[];
  };
  /** Short attempts that are drawn together. */
  readonly blocks: Items;
  /** What a task is called. */
  nameOf(task: number): string;
  /** The number of its name's color. */
  colorOf(task: number): number;
  /** A task's attempts, in their order. */
  attemptsOf(task: number): readonly number[];
  /** Since when a task has waited for its first start; `undefined` if that is not known. */
  waitsFrom(task: number): number | undefined;
  describeAttempt(attempt: number): Description;
  describeBlock(block: number): Description;
}

/** What is pointed at. */
export interface Item {
  readonly of: "attempt" | "block";
  readonly index: number;
}

/** Columns of items that are sorted by row: where each row's items begin, and where the last one's end. */
export function rowOffsets(rows: readonly number[], count: number): number[] {
  return Array.from(
    { length: count + 1 },
    (_, row) => firstIndex(0, rows.length, (i) => rows[i]! >= row),
  );
}

/** The item of a row that is nearest to a time, if it is near enough; else -1. */
export function nearest(
  { from, to }: Items,
  offsets: readonly number[],
  row: number,
  time: number,
  slack: number,
): number {
  const end = offsets[row + 1]!;
  let best = -1;
  let bestDistance = slack;
  const first = firstIndex(offsets[row]!, end, (i) => to[i]! >= time - slack);
  for (let i = first; i < end && from[i]! <= time + slack; i++) {
    const distance = Math.max(0, from[i]! - time, time - to[i]!);
    if (distance < bestDistance || best < 0) {
      best = i;
      bestDistance = distance;
    }
  }
  return best;
}
