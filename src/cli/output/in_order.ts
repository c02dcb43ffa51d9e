import type { Outcome } from "./outcome.ts";

/** Puts what comes in any order into that of the inputs. */
export class InOrder {
  readonly #emit: (outcome: Outcome) => void;
  readonly #early = new Map<number, Outcome>();
  #next = 1;

  /** @param emit Takes them in order. */
  constructor(emit: (outcome: Outcome) => void) {
    this.#emit = emit;
  }

  /** Takes what came of an input, and emits what is next. */
  add(outcome: Outcome): void {
    this.#early.set(outcome.input.number, outcome);
    for (;;) {
      const next = this.#early.get(this.#next);
      if (next === undefined) return;
      this.#early.delete(this.#next++);
      this.#emit(next);
    }
  }

  /** Emits what is left, though something before it is missing. */
  end(): void {
    const left = [...this.#early.values()].sort((a, b) => a.input.number - b.input.number);
    this.#early.clear();
    for (const outcome of left) this.#emit(outcome);
  }
}
