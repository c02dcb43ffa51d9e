/** The part of a task that its turn depends on. */
export interface Ranked {
  readonly priority: number;
  /** The order of submission, different for every item. */
  readonly order: number;
  /** When it became ready; of no consequence without aging. */
  readonly readyAt: number;
}

/**
 * Which task goes before which: by rank, then by order of submission, lower first. The rank is the priority. With `aging` it is as
 * if priorities were moments, `aging` milliseconds apart, and each task had become ready so much later: so it is fixed when the
 * task becomes ready, and no task waits for ever.
 */
export class Ranking {
  readonly aging: number;

  /** @param aging In how many milliseconds a task that waits becomes more urgent by 1; Infinity for never. */
  constructor(aging = Infinity) {
    this.aging = aging;
  }

  rank(item: Ranked): number {
    if (this.aging === Infinity) return item.priority;
    return item.priority * this.aging + item.readyAt;
  }

  /** Whether `a` goes before `b`. */
  isBefore(a: Ranked, b: Ranked): boolean {
    const first = this.rank(a);
    const second = this.rank(b);
    return first < second || (first === second && a.order < b.order);
  }
}
