import type { Halt } from "../options/values.ts";
import type { Status } from "../output/outcome.ts";

/** How many inputs must have ended before a share of an unknown number counts: one of one says nothing. */
const MIN_ENDED_FOR_SHARE = 3;

/** Watches how inputs end, and says when that is to stop the run. */
export class HaltPolicy {
  readonly #halt: Halt;
  #matching = 0;
  #ended = 0;

  constructor(halt: Halt) {
    this.#halt = halt;
  }

  /** Whether what runs is cancelled, too. */
  get now(): boolean {
    return this.#halt.now;
  }

  /** Whether the run has then done what it was to do. */
  get isSuccess(): boolean {
    return this.#halt.status === "succeeded";
  }

  /** What has happened. */
  get reason(): string {
    const inputs = this.#matching === 1 ? "an input" : `${this.#matching} inputs`;
    return `${inputs} ${this.#halt.status}`;
  }

  /**
   * Takes the end of an input.
   *
   * @param status How it ended.
   * @param total How many inputs there are; not finite where that isn't known.
   * @returns Whether the run is to be stopped.
   */
  isReached(status: Status, total: number): boolean {
    const { count, share } = this.#halt;
    this.#ended++;
    if (status === this.#halt.status) this.#matching++;
    if (share === undefined) return this.#matching >= count;
    if (Number.isFinite(total)) return this.#matching >= share * total;
    return this.#ended >= MIN_ENDED_FOR_SHARE && this.#matching >= share * this.#ended;
  }
}
