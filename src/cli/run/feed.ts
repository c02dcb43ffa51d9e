import { cut } from "../../base/cut.ts";
import { printable } from "../../base/printable.ts";
import type { RecordedValue } from "../../task/recorder.ts";
import type { Input } from "../input/format.ts";
import type { Inputs } from "../input/source.ts";
import { notRead, type Outcome } from "../output/outcome.ts";
import type { RunMemory } from "./memory.ts";
import type { Work } from "./work.ts";

/** Longer names are cut: they are read in passing. */
const MAX_NAME_CHARACTERS = 80;

/** The inputs of one task. */
export class Job {
  readonly inputs: readonly Input[];
  readonly args: readonly unknown[];

  constructor(inputs: readonly Input[], args: readonly unknown[]) {
    this.inputs = inputs;
    this.args = args;
  }

  /** What the task is called where tasks are told apart. */
  get name(): string {
    const [first, ...others] = this.inputs;
    const shown = cut(printable(first!.text), MAX_NAME_CHARACTERS);
    return others.length === 0 ? shown : `${shown} and ${others.length} more`;
  }

  /** What the live page says of it. */
  toJSON(): string {
    return this.name;
  }
}

/** What a feed is for. */
export interface FeedOptions {
  readonly inputs: Inputs;
  readonly work: Work;
  readonly memory: RunMemory | undefined;
  /** How many inputs a task takes. */
  readonly batch: number;
  /** How many inputs may have been taken of which nothing has come yet. */
  readonly window: number;
  /** Told of inputs that no task is needed for. */
  readonly done: (outcome: Outcome) => void;
}

/** Makes jobs of inputs, as they are wanted. */
export class Feed {
  readonly #options: FeedOptions;
  /** What was read last, and how many of that were taken. */
  #read: readonly Input[] = [];
  #takenOfRead = 0;
  #batch: Input[] = [];
  /** Those that can't be read and wait for their turn, with how many were taken before each. */
  readonly #unreadable: { readonly input: Input; readonly before: number }[] = [];
  #isTelling = false;
  #taken = 0;
  #told = 0;
  #wake: (() => void) | undefined;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  /** Hands over the inputs that were read, and of which nothing has come and no job was made. */
  takeLeft(): Input[] {
    const unreadable = this.#unreadable.splice(0).map(({ input }) => input);
    return [...unreadable, ...this.#batch, ...this.#read.slice(this.#takenOfRead)];
  }

  /** Something has come of an input, in its turn: there is room for another. */
  told(): void {
    this.#told++;
    this.#tellUnreadable();
    this.#wake?.();
  }

  /**
   * Makes the jobs.
   *
   * @param signal Ends it, also while there is nothing to read.
   */
  async *jobs(signal: AbortSignal): AsyncGenerator<Job> {
    const { inputs, memory } = this.#options;
    signal.addEventListener("abort", () => this.#wake?.());
    for await (const read of inputs.batches(signal)) {
      const earlier = memory?.find(read);
      this.#read = read;
      for (this.#takenOfRead = 0; this.#takenOfRead < read.length;) {
        if (this.#isFull) {
          // What waits to be told may wait for these.
          if (this.#batch.length > 0) yield this.#job();
          while (this.#isFull && !signal.aborted) {
            await new Promise<void>((resolve) => this.#wake = resolve);
          }
        }
        if (signal.aborted) return;
        const n = this.#takenOfRead++;
        this.#take(read[n], earlier?.[n]);
        if (this.#batch.length >= this.#options.batch) yield this.#job();
      }
    }
    if (this.#batch.length > 0 && !signal.aborted) yield this.#job();
  }

  get #isFull(): boolean {
    return this.#taken - this.#told >= this.#options.window;
  }

  #take(input: Input, earlier: RecordedValue | undefined): void {
    const { work, done } = this.#options;
    const before = this.#taken++;
    if (input.unreadable !== undefined) {
      this.#unreadable.push({ input, before });
      this.#tellUnreadable();
    } else if (earlier !== undefined) done(work.earlier(input, earlier.value));
    else this.#batch.push(input);
  }

  /** Tells of those whose turn has come: a failure that ends the run must not keep what comes before it from being run. */
  #tellUnreadable(): void {
    // That one is told gives the next one its turn: any number of them must not fill the stack.
    if (this.#isTelling) return;
    this.#isTelling = true;
    for (;;) {
      const first = this.#unreadable[0];
      if (first === undefined || this.#told < first.before) break;
      this.#unreadable.shift();
      this.#options.done(notRead(first.input));
    }
    this.#isTelling = false;
  }

  #job(): Job {
    const inputs = this.#batch;
    this.#batch = [];
    return new Job(inputs, this.#options.work.argsFor(inputs));
  }
}
