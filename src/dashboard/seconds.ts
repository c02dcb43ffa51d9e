/** How far back the charts go. */
export const CHART_SECONDS = 120;

const NAMES = ["succeeded", "failed", "cancelled", "waiting", "running"] as const;
type Name = typeof NAMES[number];

/** What happened in each of the last seconds, the oldest first; the last one is under way. */
export type SecondsSeries = Readonly<Record<Name, readonly number[]>>;

/** Counts by second, for as long as the charts go back. */
export class Seconds {
  readonly #counts: Record<Name, number[]> = {
    ...{
      succeeded: zeros(),
      failed: zeros(),
      cancelled: zeros(),
      waiting: zeros(),
      running: zeros(),
    },
  };
  /** The second under way. */
  #now: number;

  /** @param now When it begins, in milliseconds. */
  constructor(now: number) {
    this.#now = Math.floor(now / 1000);
  }

  /** Counts something that happened at a time, in milliseconds. */
  count(name: Name, at: number): void {
    const second = Math.min(this.#now, Math.floor(at / 1000));
    if (second > this.#now - CHART_SECONDS) this.#counts[name][second % CHART_SECONDS]!++;
  }

  /** Moves on to a time, and notes how much waits and runs then. */
  advance(now: number, waiting: number, running: number): void {
    const second = Math.floor(now / 1000);
    const first = Math.max(this.#now + 1, second - CHART_SECONDS + 1);
    for (let each = first; each <= second; each++) {
      for (const name of NAMES) this.#counts[name][each % CHART_SECONDS] = 0;
    }
    this.#now = Math.max(this.#now, second);
    const place = this.#now % CHART_SECONDS;
    const { waiting: depths, running: loads } = this.#counts;
    depths[place] = Math.max(depths[place]!, waiting);
    loads[place] = Math.max(loads[place]!, running);
  }

  /** How many tasks ended a second, over the last whole seconds. */
  rate(seconds: number): number {
    let ended = 0;
    for (let ago = 1; ago <= seconds; ago++) {
      const place = (this.#now - ago + CHART_SECONDS * 2) % CHART_SECONDS;
      ended += this.#counts.succeeded[place]! + this.#counts.failed[place]!;
    }
    return ended / seconds;
  }

  /** How many fewer wait each second, over the last whole seconds, since there were the most. */
  shrinkage(seconds: number): number {
    const { waiting } = this.#counts;
    const depth = (ago: number) => waiting[(this.#now - ago + CHART_SECONDS * 2) % CHART_SECONDS]!;
    let deepest = 1;
    for (let ago = 2; ago <= seconds; ago++) if (depth(ago) > depth(deepest)) deepest = ago;
    return (depth(deepest) - depth(1)) / Math.max(1, deepest - 1);
  }

  series(): SecondsSeries {
    const start = (this.#now + 1) % CHART_SECONDS;
    const inOrder = (counts: readonly number[]) => [
      ...counts.slice(start),
      ...counts.slice(0, start),
    ];
    const { succeeded, failed, cancelled, waiting, running } = this.#counts;
    return {
      ...{ succeeded: inOrder(succeeded), failed: inOrder(failed), cancelled: inOrder(cancelled) },
      ...{ waiting: inOrder(waiting), running: inOrder(running) },
    };
  }
}

function zeros(): number[] {
  return new Array<number>(CHART_SECONDS).fill(0);
}
