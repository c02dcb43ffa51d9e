import type { Attempt } from "./attempts.ts";

/** A row of a timeline: attempts of one worker that don't overlap, in order. */
export interface Row {
  /** What to call it. */
  readonly name: string;
  /** The worker, as in the results; `undefined` for attempts that name none. */
  readonly workerId: number | undefined;
  readonly attempts: Attempt[];
}

/**
 * Lays attempts out in rows: one for each worker, or more where attempts of the same number overlap, as
 * they may when they were made on several machines.
 *
 * @param attempts The attempts, in any order.
 * @returns The rows, by worker.
 */
export function layOut(attempts: readonly Attempt[]): Row[] {
  const workers = new Map<number | undefined, Attempt[][]>();
  for (const attempt of attempts.toSorted(byStart)) {
    let rows = workers.get(attempt.workerId);
    if (rows === undefined) workers.set(attempt.workerId, rows = []);
    const row = rows.find((row) => row.at(-1)!.finishedAt <= attempt.startedAt);
    if (row === undefined) rows.push([attempt]);
    else row.push(attempt);
  }
  return [...workers].sort(([a], [b]) => (a ?? Infinity) - (b ?? Infinity))
    .flatMap(([workerId, rows]) =>
      rows.map((attempts, i) => ({ name: rowName(workerId, i), workerId, attempts }))
    );
}

function byStart(a: Attempt, b: Attempt): number {
  return a.startedAt - b.startedAt || a.finishedAt - b.finishedAt;
}

function rowName(workerId: number | undefined, index: number): string {
  const worker = workerId === undefined ? "Unknown worker" : `Worker ${workerId}`;
  return index === 0 ? worker : `${worker} (${index + 1})`;
}
