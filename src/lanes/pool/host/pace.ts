/** From a deep backlog a worker is sent tasks for about this long: many times what it takes to send it one. */
const AHEAD_MS = 5;
/** From any backlog a worker is sent tasks for about this long. */
const MIN_AHEAD_MS = 0.5;
/** A worker is sent one part in eight of the tasks that wait for it. */
const SHARE = 8;
/** Fewer tasks than there are words for claims. */
const MAX_AHEAD_TASKS = 128;
/** Tasks that take this long together are worth moving to another worker. */
const MIN_MOVED_MS = 0.25;

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

  /** Whether `count` tasks are better moved to an idle worker than left to wait for a busy one. */
  isWorthMoving(count: number): boolean {
    return count > 0 && count * this.#average >= MIN_MOVED_MS;
  }

  /** Notes how long a task took: a long one counts at once, short ones little by little. */
  note(ms: number): void {
    this.#average = this.#average === Infinity || ms > this.#average
      ? ms
      : this.#average * 0.9 + ms * 0.1;
    this.#few = this.#countFor(MIN_AHEAD_MS);
    this.#many = this.#countFor(AHEAD_MS);
  }

  /** About how many tasks take `ms` milliseconds together. */
  #countFor(ms: number): number {
    return Math.max(1, Math.min(MAX_AHEAD_TASKS, Math.ceil(ms / this.#average)));
  }
}
