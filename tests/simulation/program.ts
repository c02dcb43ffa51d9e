/**
 * Random programs over a queue: what is submitted, how the attempts and the workers behave, and what else is
 * done meanwhile. A program is plain data, so that it can be printed and made smaller.
 *
 * @module
 */
import { Random } from "../random.ts";

/** Where attempts run: `AsyncQueue` itself, or workers that are simulated. */
export type Lane = "event loop" | "workers";

/** What one attempt of a task does. */
export interface AttemptScript {
  /**
   * `compute` lets time pass without yielding; `wait` submits another task and waits for it, at once or after
   * some time, lending its slot; `crash` ends the worker. What a lane doesn't have is a `value` or a `throw`.
   */
  readonly kind: "value" | "throw" | "hang" | "compute" | "wait" | "wait later" | "crash";
  /** How long it takes; 0: it ends before the call returns. */
  readonly ms: number;
  /** When it stops after an interrupt. */
  readonly stops: "at once" | "after grace" | "never";
  /** Whether it asks for its signal. */
  readonly touches: boolean;
  /** How long it takes to clean up, where it stops after grace. */
  readonly cleanup: number;
}

/** A task. */
export interface TaskScript {
  /** What each attempt does; further ones do what the last does. */
  readonly attempts: readonly AttemptScript[];
  /** What is done to the queue when its function is first called. */
  readonly inside: readonly Step[];
  /** What its `retryIf` does to the queue when it is first called. */
  readonly inRetryIf: readonly Step[];
  /** What is done to the queue when a signal that it has asked for aborts. */
  readonly onAbort: readonly Step[];
  readonly retryIf: "none" | "always" | "never";
  readonly priority: number;
  readonly retries: number;
  readonly retryDelay: number;
  readonly backoff: number;
  readonly maxRetryDelay: number;
  readonly jitter: number;
  /** What its errors ask for. */
  readonly retryAfter?: number;
  readonly timeout?: number;
  readonly delay?: number;
  /** Its `runAt`, from the call on. */
  readonly runIn?: number;
  readonly grace: number;
  readonly mustComplete: boolean;
  readonly detached: boolean;
  /** Which signal it is given; the last of them has aborted from the start. */
  readonly signal?: number;
}

/** Something done to the queue, within one turn of the event loop. */
export type Step =
  | { readonly do: "submit" | "submitWhenReady"; readonly task: TaskScript }
  | { readonly do: "map" | "group"; readonly task: TaskScript; readonly count: number }
  | {
    readonly do: "stream";
    readonly task: TaskScript;
    readonly count: number;
    readonly window: number;
    readonly ordered: boolean;
    readonly settled: boolean;
    /** Leaves the loop after so many. */
    readonly leaveAfter: number;
  }
  | { readonly do: "cancel" | "cancelGroup" | "kill"; readonly which: number }
  | { readonly do: "abort"; readonly signal: number }
  | { readonly do: "workers"; readonly workers: number }
  | { readonly do: "shutdown"; readonly force: boolean }
  | { readonly do: "run"; readonly run: RunScript }
  | { readonly do: "pause" | "resume" | "clear" | "start" | "join" | "reset" };

/** The options of a run. */
export interface RunScript {
  readonly timeout?: number;
  readonly failPolicy?: "continue" | "fail-first";
  readonly strict: boolean;
  readonly signal?: number;
}

/** Steps without a pause between them, how much time passes afterwards, and by how much the time of day is set then. */
export interface Turn {
  readonly steps: readonly Step[];
  readonly advance: number;
  readonly setWallClock: number;
}

/** The options of the queue. */
export interface QueueScript {
  readonly workers: number;
  readonly size: number;
  readonly rate?: number;
  readonly burst: number;
  readonly retain: "all" | "none" | number;
  readonly mode: "finite" | "infinite";
  readonly failPolicy: "continue" | "fail-first";
  readonly onExit: "complete-priority" | "cancel";
}

/** How the simulated workers are. Of each list the first is for the first, and so on round. */
export interface WorkersScript {
  /** How many tasks one is given at a time. */
  readonly ahead: number;
  /** How long each takes to be ready, and whether it fails instead. */
  readonly starts: readonly { readonly ms: number; readonly fails: boolean }[];
  /** How long each message takes. */
  readonly latencies: readonly number[];
  /** How long they take to be let go. */
  readonly stop: number;
}

/** What a hook of the queue does to it, at one of its calls. */
export interface HookScript {
  readonly hook: "start" | "complete" | "retry";
  readonly call: number;
  readonly steps: readonly Step[];
}

/** A queue and what is done to it. */
export interface Program {
  /** Of what chance decides while the program runs. */
  readonly seed: number;
  readonly lane: Lane;
  readonly queue: QueueScript;
  readonly workers: WorkersScript;
  readonly turns: readonly Turn[];
  readonly hooks: readonly HookScript[];
  /** How it is brought to its end. */
  readonly end: "cancel each" | "graceful" | "force";
}

/** How many signals there are to choose from. */
export const SIGNALS = 3;

/** A task that takes some time and does nothing else. */
export function simpleTask(ms: number, priority: number): TaskScript {
  return {
    attempts: [{ kind: "value", ms, stops: "at once", touches: false, cleanup: 0 }],
    inside: [],
    inRetryIf: [],
    onAbort: [],
    retryIf: "none",
    priority,
    retries: 0,
    retryDelay: 0,
    backoff: 1,
    maxRetryDelay: Infinity,
    jitter: 0,
    grace: 1000,
    mustComplete: false,
    detached: false,
  };
}

/** The program of a seed. */
export function programOf(seed: number): Program {
  return new Author(new Random(seed)).program(seed);
}

class Author {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  program(seed: number): Program {
    const random = this.#random;
    return {
      seed,
      lane: random.pick("event loop", "workers"),
      queue: {
        workers: 1 + random.below(4),
        size: random.pick(0, 0, 0, 1, 3, 6),
        rate: random.sometimes(3, () => random.pick(1, 3, 7, 10, 33, 100, 2.5)),
        burst: random.pick(1, 1, 2, 5),
        retain: random.pick("all", "all", "none", 1, 3),
        mode: random.pick("finite", "finite", "infinite"),
        failPolicy: random.pick("continue", "continue", "continue", "fail-first"),
        onExit: random.pick("complete-priority", "cancel"),
      },
      workers: {
        ahead: random.pick(1, 1, 2, 4),
        starts: random.list(1, 3, () => ({
          ms: random.pick(0, 0, 1, 5, 40),
          fails: random.oneIn(6),
        })),
        latencies: random.list(1, 4, () => random.pick(0, 0, 0, 1, 5, 20)),
        stop: random.pick(0, 0, 5),
      },
      turns: random.list(2, 9, () => ({
        steps: random.list(1, 5, () => this.#step()),
        advance: random.pick(0, 0, 1, 5, 10, 30, 100, 500, 2000),
        setWallClock: random.oneIn(12) ? random.pick(-100_000, -50, 50, 100_000) : 0,
      })),
      hooks: random.list(0, 2, () => ({
        hook: random.pick("start", "complete", "retry"),
        call: random.below(8),
        steps: random.list(1, 2, () => this.#innerStep()),
      })),
      end: random.pick("cancel each", "graceful", "force"),
    };
  }

  #step(): Step {
    const random = this.#random;
    switch (random.below(32)) {
      case 0:
      case 1:
      case 2:
        return this.#batch();
      case 3:
      case 4:
      case 5:
        return { do: "submitWhenReady", task: this.#task(true) };
      case 6:
      case 7:
      case 8:
        return { do: "run", run: this.#run() };
      case 9:
      case 10:
        return { do: "start" };
      case 11:
      case 12:
      case 13:
      case 14:
        return this.#innerStep();
      case 15:
      case 16:
        return { do: "resume" };
      case 17:
        return { do: random.pick("join", "reset") };
      default:
        return { do: "submit", task: this.#task(true) };
    }
  }

  #batch(): Step {
    const random = this.#random;
    const kind = random.pick("map", "group", "stream");
    const [task, count] = [this.#task(true), random.below(6)];
    if (kind !== "stream") return { do: kind, task, count };
    return {
      ...{ do: kind, count },
      // When exactly its tasks are submitted is not told.
      task: { ...task, runIn: undefined },
      window: 1 + random.below(4),
      ordered: random.oneIn(2),
      settled: random.oneIn(2),
      leaveAfter: random.pick(Infinity, random.below(4)),
    };
  }

  /** What is done from within tasks and hooks too. */
  #innerStep(): Step {
    const random = this.#random;
    switch (random.below(14)) {
      case 0:
      case 1:
      case 2:
        return { do: "submit", task: this.#task(false) };
      case 3:
      case 4:
        return { do: "abort", signal: random.below(SIGNALS - 1) };
      case 5:
        return { do: random.pick("pause", "resume", "clear") };
      case 6:
        return { do: "workers", workers: 1 + random.below(4) };
      case 7:
        return { do: "shutdown", force: random.oneIn(2) };
      case 8:
        return { do: "cancelGroup", which: random.below(4) };
      case 9:
        return { do: "kill", which: random.below(4) };
      default:
        return { do: "cancel", which: random.below(30) };
    }
  }

  #fewInnerSteps(allowed: boolean): Step[] {
    if (!allowed || !this.#random.oneIn(7)) return [];
    return this.#random.list(1, 2, () => this.#innerStep());
  }

  #run(): RunScript {
    const random = this.#random;
    return {
      timeout: random.sometimes(2, () => random.pick(1, 10, 50, 200, 1000)),
      failPolicy: random.pick("continue", "fail-first", undefined, undefined),
      strict: random.oneIn(4),
      signal: random.sometimes(4, () => random.below(SIGNALS)),
    };
  }

  /** @param steps whether it does something to the queue by itself */
  #task(steps: boolean): TaskScript {
    const random = this.#random;
    const runIn = random.sometimes(8, () => random.pick(-5, 0, 10, 200, 40_000));
    return {
      attempts: random.list(1, 3, () => this.#attempt()),
      inside: this.#fewInnerSteps(steps),
      inRetryIf: this.#fewInnerSteps(steps),
      onAbort: this.#fewInnerSteps(steps),
      retryIf: random.pick("none", "none", "always", "always", "never"),
      priority: random.pick(3, 3, 0, 1, 2, 5, -0.5),
      retries: random.pick(0, 0, 1, 2, 3),
      retryDelay: random.pick(0, 0, 1, 20, 100),
      backoff: random.pick(1, 2, 0.5),
      maxRetryDelay: random.pick(Infinity, 30),
      jitter: random.pick(0, 0, 0.5, 1),
      retryAfter: random.sometimes(8, () => random.pick(0, 15)),
      timeout: random.sometimes(2, () => this.#duration()),
      delay: runIn === undefined
        ? random.sometimes(4, () => random.pick(0, 1, 10, 100, 400))
        : undefined,
      runIn,
      grace: random.pick(0, 10, 50, 1000),
      mustComplete: random.oneIn(4),
      detached: random.oneIn(6),
      signal: random.sometimes(
        2,
        () => random.oneIn(5) ? SIGNALS - 1 : random.below(SIGNALS - 1),
      ),
    };
  }

  #attempt(): AttemptScript {
    const random = this.#random;
    return {
      kind: random.pick(
        ...["value", "value", "value", "throw", "throw", "hang", "compute"] as const,
        ...["wait", "wait later", "crash"] as const,
      ),
      ms: random.oneIn(4) ? 0 : this.#duration(),
      stops: random.pick("at once", "after grace", "never"),
      touches: random.oneIn(2),
      cleanup: random.pick(0, 5, 50),
    };
  }

  #duration(): number {
    return this.#random.pick(1, 2, 5, 10, 10, 20, 50, 100, 300);
  }
}
