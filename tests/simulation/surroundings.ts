/**
 * What the queues of a program have in common.
 *
 * @module
 */
import { countListeners, type ListenerCount } from "../abort_listeners.ts";
import type { Event, Happening } from "./history.ts";
import { SIGNALS, type Step } from "./program.ts";
import { SteppedClock } from "./stepped_clock.ts";

/**
 * More events than any program brings about that comes to an end. The most come of workers that begin nothing: a batch of 30
 * tasks with three retries each goes through 360 of them, one after the other, and each is looked at forty times, which is
 * 30,000 events.
 */
const MAX_EVENTS = 100_000;

/** A signal that is given to tasks and runs. */
export class Signal {
  readonly number: number;
  readonly controller = new AbortController();
  readonly listeners: ListenerCount = countListeners(this.controller.signal);

  constructor(number: number) {
    this.number = number;
  }
}

/** The time, the signals and what is written down. */
export class Surroundings {
  readonly history: Event[] = [];
  readonly clock = new SteppedClock(1000);
  readonly signals: Signal[] = Array.from({ length: SIGNALS }, (_, number) => new Signal(number));
  /** Those that have been aborted. */
  readonly pastSignals: Signal[] = [];
  /** What tasks are cancelled with, and signals aborted. */
  readonly reasons = new Map<unknown, string>();
  /** Whether hooks and tasks leave the queues alone. */
  quiet = false;
  /** Called when a signal has been aborted. */
  readonly onAborted: ((signal: number) => void)[] = [];
  /** Does something to one of the queues. */
  doStep: (step: Step) => void = () => {};
  readonly #released = Promise.withResolvers<void>();

  note(happening: Happening, queue = -1): void {
    const at = this.clock.now();
    const wall = this.clock.wallNow();
    if (this.history.length < MAX_EVENTS) this.history.push({ ...happening, queue, at, wall });
  }

  noteListeners(): void {
    const listeners = [...this.signals, ...this.pastSignals]
      .map(({ number, listeners }) => [number, listeners.current] as const);
    this.note({ is: "listened", listeners });
  }

  /** Whether it goes on without end. */
  get isEndless(): boolean {
    return this.history.length === MAX_EVENTS;
  }

  /** Writes down that a program could not be carried out. */
  fail(error: unknown): void {
    this.quiet = true;
    const text = error instanceof Error ? error.stack ?? error.message : String(error);
    const [at, wall] = [this.clock.now(), this.clock.wallNow()];
    this.history.splice(MAX_EVENTS - 1);
    this.history.push({ is: "failure", error: text, queue: -1, at, wall });
  }

  /** Lets time pass in which the program does nothing else. */
  compute(ms: number): void {
    this.clock.elapse(ms);
    this.note({ is: "computed" });
  }

  doAll(steps: readonly Step[]): void {
    for (const step of steps) this.doStep(step);
  }

  /** Does what hooks and tasks do. */
  doInside(steps: readonly Step[]): void {
    if (this.quiet) return;
    try {
      this.doAll(steps);
    } catch (error) {
      // The queue would catch it.
      this.fail(error);
    }
  }

  abort(index: number, renew = true): void {
    const signal = this.signals[index];
    const { controller, number } = signal;
    if (controller.signal.aborted) return;
    const reason = {};
    this.reasons.set(reason, `aborted by ${number}`);
    if (renew) {
      this.pastSignals.push(signal);
      this.signals[index] = new Signal(SIGNALS - 1 + this.pastSignals.length);
    }
    this.note({ is: "aborting", signal: number });
    controller.abort(reason);
    for (const tell of this.onAborted) tell(number);
  }

  /** Resolves when those that hang are let go. */
  get released(): Promise<void> {
    return this.#released.promise;
  }

  release(): void {
    this.#released.resolve();
  }
}
