/** A worker is sent tasks for about so many milliseconds: many times what it takes to send it one. */
const AHEAD = 5;
/** Tasks for so many milliseconds are worth moving to another worker. */
const MOVED = 0.5;
/** So many tasks at the most. Fewer than there are words for claims. */
const MAX_AHEAD = 128;

/**
 * How many tasks a worker may have at a time, from how long tasks take: one while they are long or not known, so that
 * order and balance stay right, and more the shorter they are.
 */
export class Pace {
  /** How many tasks a worker may have at a time. */
  ahead = 1;
  #average = Infinity;

  /** Whether so many tasks are better done by a worker that is idle than left to wait for a busy one. */
  isWorthMoving(count: number): boolean {
    return count > 0 && count * this.#average >= MOVED;
  }

  /** Notes how long a task took: a long one counts at once, short ones little by little. */
  note(ms: number): void {
    this.#average = this.#average === Infinity || ms > this.#average
      ? ms
      : this.#average * 0.9 + ms * 0.1;
    this.ahead = Math.max(1, Math.min(MAX_AHEAD, Math.ceil(AHEAD / this.#average)));
  }
}
