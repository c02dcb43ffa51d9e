import type { TaskResult } from "../task/result.ts";
import type { Row } from "./rows.ts";

/** How many tasks ended in each stretch of time. */
export interface Throughput {
  /** The length of a stretch, in milliseconds. */
  readonly step: number;
  readonly succeeded: readonly number[];
  readonly failed: readonly number[];
  readonly cancelled: readonly number[];
}

/** More bars than this are too thin to see and to point at. */
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
