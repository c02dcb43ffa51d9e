/** A state that someone waits for. */
interface Milestone {
  reached(): boolean;
  resolve(): void;
}

/** Those who wait for the queue to reach a state that comes about by tasks ending or by closing. */
export class Milestones {
  readonly #waiting = new Set<Milestone>();

  /**
   * Calls back once a state is reached; at once if it is.
   *
   * @returns Takes the callback back.
   */
  when(reached: () => boolean, resolve: () => void): () => void {
    const milestone = { reached, resolve };
    this.#waiting.add(milestone);
    this.check();
    return () => this.#waiting.delete(milestone);
  }

  /** Lets those go on whose state has come about. */
  check(): void {
    for (const milestone of this.#waiting) {
      if (!milestone.reached()) continue;
      this.#waiting.delete(milestone);
      milestone.resolve();
    }
  }
}
