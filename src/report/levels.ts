import type { Attempt } from "./attempts.ts";

/** How many tasks waited and how many attempts ran, from a point in time until the next. */
export interface Level {
  /** On the time line of the results, in milliseconds. */
  readonly at: number;
  readonly waiting: number;
  readonly running: number;
}

/** What of a result the levels are worked out from. */
export interface Span {
  readonly createdAt: number;
  readonly scheduledFor?: number;
  readonly startedAt?: number;
  readonly finishedAt: number;
}

/** A time at which the levels change. */
interface Change {
  readonly at: number;
  readonly waiting: number;
  readonly running: number;
}

/**
 * Works out how deep the queue was and how much ran at once. A task waits from when it was due until its first start,
 * or its end if it had none. A task that waits for its retry counts as neither: it needs no worker.
 *
 * @param results The tasks.
 * @param attempts Their attempts.
 * @returns The levels at each time that they changed, in order.
 */
export function levelsOf(results: readonly Span[], attempts: readonly Attempt[]): Level[] {
  const changes: Change[] = [];
  const between = (from: number, to: number, waiting: number, running: number) => {
    if (to <= from) return;
    changes.push({ at: from, waiting, running }, { at: to, waiting: -waiting, running: -running });
  };
  for (const { createdAt, scheduledFor, startedAt, finishedAt } of results) {
    between(scheduledFor ?? createdAt, startedAt ?? finishedAt, 1, 0);
  }
  for (const { startedAt, finishedAt } of attempts) between(startedAt, finishedAt, 0, 1);
  changes.sort((a, b) => a.at - b.at);

  const levels: Level[] = [];
  let waiting = 0;
  let running = 0;
  changes.forEach((change, i) => {
    waiting += change.waiting;
    running += change.running;
    if (changes[i + 1]?.at !== change.at) levels.push({ at: change.at, waiting, running });
  });
  return levels;
}

/** The highest levels of equal stretches of time. */
export interface Peaks {
  /** The length of a stretch, in milliseconds. */
  readonly step: number;
  readonly waiting: readonly number[];
  readonly running: readonly number[];
}

/**
 * Thins levels out.
 *
 * @param levels The levels, in order.
 * @param from Where the first stretch begins.
 * @param step The length of a stretch, in milliseconds.
 * @param count How many stretches there are.
 * @returns The highest levels of each.
 */
export function peaksOf(
  levels: readonly Level[],
  from: number,
  step: number,
  count: number,
): Peaks {
  const waiting = new Array<number>(count).fill(0);
  const running = new Array<number>(count).fill(0);
  levels.forEach((level, i) => {
    const end = levels[i + 1]?.at ?? level.at;
    const first = Math.max(0, Math.floor((level.at - from) / step));
    // A level that ends where a stretch begins is not of that stretch.
    const last = Math.min(count - 1, Math.max(first, Math.ceil((end - from) / step) - 1));
    for (let stretch = first; stretch <= last; stretch++) {
      waiting[stretch] = Math.max(waiting[stretch]!, level.waiting);
      running[stretch] = Math.max(running[stretch]!, level.running);
    }
  });
  return { step, waiting, running };
}
