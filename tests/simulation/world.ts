/**
 * Carries a program out and writes down what happens.
 *
 * @module
 */
import { Random } from "../random.ts";
import type { History } from "./history.ts";
import { type Program, SIGNALS } from "./program.ts";
import { type Neighbours, Subject } from "./subject.ts";
import { Surroundings } from "./surroundings.ts";

/** Longer than any program takes whose tasks all end. */
const LONG_MS = 1_000_000;

/**
 * Carries a program out.
 *
 * @param program the program
 * @returns all that happened
 */
export async function carryOut(program: Program): Promise<History> {
  const { random } = Math;
  const { warn } = console;
  Math.random = new Random(program.seed).next;
  // Of threads that can't be ended pools warn.
  console.warn = () => {};
  const surroundings = new Surroundings();
  // What is thrown where nobody catches it, and what a queue reports.
  const onError = (event: ErrorEvent) => {
    event.preventDefault();
    surroundings.fail(event.error);
  };
  addEventListener("error", onError);
  const world = new World(program, surroundings);
  try {
    await world.run();
  } catch (error) {
    surroundings.fail(error);
  } finally {
    removeEventListener("error", onError);
    Math.random = random;
    console.warn = warn;
    world.giveBack();
  }
  return surroundings.history;
}

/** The queues of a program. */
class World {
  readonly #program: Program;
  readonly #surroundings: Surroundings;
  readonly #subjects: Subject[] = [];

  constructor(program: Program, surroundings: Surroundings) {
    this.#program = program;
    this.#surroundings = surroundings;
    surroundings.doStep = (step) => this.#at(step.on).do(step);
  }

  #at(queue: number): Subject {
    return this.#subjects[queue % this.#subjects.length];
  }

  async run(): Promise<void> {
    this.#open();
    const { clock } = this.#surroundings;
    for (const { steps, advance, setWallClock } of this.#program.turns) {
      this.#surroundings.doAll(steps);
      await this.#pass(advance);
      if (setWallClock === 0) continue;
      clock.setWallClock(clock.wallNow() + setWallClock);
      this.#surroundings.note({ is: "wall clock set" });
    }
    await this.#end();
    for (const subject of this.#subjects) subject.beReused();
    await this.#pass(LONG_MS);
    this.#shutDown(false);
    await this.#pass(LONG_MS);
    await this.#release();
    this.#surroundings.note({ is: "ended" });
  }

  #open(): void {
    const { queues, hooks } = this.#program;
    for (const [index, script] of queues.entries()) {
      const neighbours: Neighbours = {
        index,
        submitTo: (queue, task) => this.#at(queue).submit(task),
        known: () =>
          this.#subjects.flatMap((subject, index) =>
            Array.from(subject.handles, ([task, handle]) => [`${index}-${task}`, handle] as const)
          ),
      };
      this.#subjects.push(new Subject(script, hooks, this.#surroundings, neighbours));
    }
    this.#surroundings.abort(SIGNALS - 1, false);
  }

  giveBack(): void {
    for (const subject of this.#subjects) subject.giveBack();
  }

  /** Lets time pass from timer to timer, and notes how things stand between them. */
  async #pass(ms: number): Promise<void> {
    const { clock } = this.#surroundings;
    const end = clock.now() + ms;
    await clock.settle();
    // A task that computes may let more time pass than that.
    while (clock.nextDue <= Math.max(end, clock.now())) {
      await clock.step();
      if (this.#surroundings.isEndless) throw new Error("There is no end to it");
      if (clock.nextDue > clock.now()) this.#noteStill();
    }
    clock.elapse(Math.max(0, end - clock.now()));
    this.#noteStill();
  }

  #noteStill(): void {
    for (const subject of this.#subjects) subject.noteStill();
    this.#surroundings.noteListeners();
  }

  #shutDown(force: boolean): void {
    for (const [on, subject] of this.#subjects.entries()) {
      subject.do({ on, do: "shutdown", force });
    }
  }

  async #end(): Promise<void> {
    this.#surroundings.quiet = true;
    const { end } = this.#program;
    if (end === "cancel each") await this.#cancelEach();
    else this.#shutDown(end === "force");
    // They may have been paused while they were shutting down.
    if (end === "graceful") {
      for (const [on, subject] of this.#subjects.entries()) subject.do({ on, do: "resume" });
    }
    await this.#pass(LONG_MS);
    // Tasks that never end may hold all workers.
    for (const [on, subject] of this.#subjects.entries()) {
      if (subject.unanswered > 0) subject.do({ on, do: "shutdown", force: true });
    }
    await this.#pass(LONG_MS);
    await this.#release();
  }

  /** What was given up goes on, and changes nothing any more. */
  async #release(): Promise<void> {
    this.#surroundings.release();
    for (const subject of this.#subjects) subject.release();
    await this.#pass(LONG_MS);
  }

  /** Cancels all tasks one by one, and has a last run tell of what has not been told. */
  async #cancelEach(): Promise<void> {
    for (let i = 0; i < 3; i++) {
      // Those who waited for room are let in meanwhile.
      for (const subject of this.#subjects) subject.cancelEach();
      await this.#pass(0);
    }
    for (const [on, subject] of this.#subjects.entries()) {
      subject.do({ on, do: "run", run: { strict: false } });
    }
    await this.#pass(0);
    this.#shutDown(false);
  }
}
