/** A worker is sent tasks for about so many milliseconds from a deep backlog: many times what it takes to send it one. */
const AHEAD = 5;
/** From any it is sent tasks for so many. */
const LITTLE = 0.5;
/** Of the tasks that wait it is sent the one part of so many that is its own. */
const SHARE = 8;
/** So many tasks at the most. Fewer than there are words for claims. */
const MAX_AHEAD = 128;
/** Tasks for so many milliseconds are worth moving to another worker. */
const MOVED = 0.25;

/**
 * How many tasks a worker may have at a time, from how long tasks take and how many wait: one while they are long or not
 * known, so that order and balance stay right, and more the shorter they are. That their part in those that wait
 * becomes less towards the end keeps the balance there too, as in guided self-scheduling (Polychronopoulos and Kuck,
 * IEEE Transactions on Computers C-36, 1987).
 */
export class Pace {
  #average = Infinity;
  #few = 1;
  #many = 1;

  /**
   * How many tasks a worker may have at a time.
   *
   * @param backlog How many wait, for each worker.
   */
  ahead(backlog: number): number {
    return Math.max(this.#few, Math.min(this.#many, Math.floor(backlog / SHARE)));
  }

  /** Whether so many tasks are better done by a worker that is idle than left to wait for a busy one. */
  isWorthMoving(count: number): boolean {
    return count > 0 && count * this.#average >= MOVED;
  }

  /** Notes how long a task took: a long one counts at once, short ones little by little. */
  note(ms: number): void {
    this.#average = this.#average === Infinity || ms > this.#average
      ? ms
      : this.#average * 0.9 + ms * 0.1;
    this.#few = this.#countFor(LITTLE);
    this.#many = this.#countFor(AHEAD);
  }

  /** About how many tasks take so many milliseconds. */
  #countFor(ms: number): number {
    return Math.max(1, Math.min(MAX_AHEAD, Math.ceil(ms / this.#average)));
  }
}
