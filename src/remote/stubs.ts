import type { TaskReference } from "../portable/portable.ts";
import { makeStub } from "../portable/stub.ts";
import type { AnyFunction } from "../task/task.ts";

/** How many functions are kept: the ones submitted last. A task keeps its own as long as it needs it. */
const MAX_STUBS = 256;
/** Fewer are kept where their source texts are long. */
const MAX_CHARACTERS = 1 << 20;

/**
 * The functions of shared queues: one for each that tasks were submitted of lately, so that workers load it once.
 */
export class Stubs {
  /** The one used last is last. */
  readonly #stubs = new Map<string, AnyFunction>();
  #characters = 0;

  /** How many are kept. */
  get size(): number {
    return this.#stubs.size;
  }

  /**
   * The function that stands for one of another thread.
   *
   * @param reference Where it is found.
   * @param name What its tasks are called.
   * @returns The same as last time, unless that has been let go.
   */
  get(reference: TaskReference, name: string): AnyFunction {
    const key = JSON.stringify([reference, name]);
    let stub = this.#stubs.get(key);
    if (stub === undefined) {
      stub = makeStub(reference, name);
      this.#characters += key.length;
    } else {
      this.#stubs.delete(key);
    }
    this.#stubs.set(key, stub);
    this.#letGo();
    return stub;
  }

  #letGo(): void {
    for (const key of this.#stubs.keys()) {
      if (this.#stubs.size <= MAX_STUBS && this.#characters <= MAX_CHARACTERS) return;
      this.#stubs.delete(key);
      this.#characters -= key.length;
    }
  }
}
