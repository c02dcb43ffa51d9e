/**
 * Random programs.
 *
 * @module
 */
import { Random } from "../random.ts";
import {
  type Action,
  type AttemptKind,
  type AttemptScript,
  type Lane,
  type LimitScript,
  type PoolScript,
  type Program,
  type QueueScript,
  type RunScript,
  SIGNALS,
  type StartScript,
  type Step,
  type TaskScript,
} from "./program.ts";

/**
 * What kinds of programs there are, by the lanes of their queues. In `failing starts` a pool has some workers, which tasks
 * keep for ever, and gets no others.
 */
export const KINDS = {
  "event loop": [["event loop"]],
  threads: [["threads"]],
  processes: [["processes"]],
  "two lanes": [
    ["event loop", "threads"],
    ["event loop", "processes"],
    ["threads", "event loop"],
    ["threads", "processes"],
  ],
  "failing starts": [["threads"], ["processes"]],
} as const satisfies Readonly<Record<string, readonly (readonly Lane[])[]>>;

/** One of them. */
export type Kind = keyof typeof KINDS;

/** What is done to queues from without, and how often. */
const ACTIONS = {
  ...{ submit: 14, batch: 3, submitWhenReady: 3, run: 3, start: 2, resume: 2, join: 0.5 },
  ...{ reset: 0.5, inner: 4 },
};

/** What is done from within tasks and hooks too. */
const INNER_ACTIONS = {
  ...{ submit: 3, cancel: 4, cancelGroup: 1, abort: 2, kill: 1, pause: 0.3, resume: 0.3 },
  ...{ clear: 0.3, workers: 1, shutdown: 1 },
};

/** What attempts do. */
const ATTEMPTS = { value: 3, throw: 2, hang: 1, compute: 1, wait: 1, "wait later": 1, crash: 1 };

/** What attempts in pools do. */
const POOL_ATTEMPTS = { ...ATTEMPTS, compute: 1.4, spin: 0.4, crash: 1.4, unsendable: 0.4 };

/** What a program may be without. */
const FEATURES = [
  ...Object.keys({ ...ACTIONS, ...INNER_ACTIONS, ...POOL_ATTEMPTS }),
  ...["timeout", "delay", "retries"],
].filter((feature) => feature !== "submit" && feature !== "value");

/** What ends tasks that would go on. */
const ENDS = ["cancel", "cancelGroup", "abort", "kill", "reset", "run", "shutdown", "timeout"];

/** The program of a seed.
 *
 * @param seed the seed
 * @param kind of what kind it is; by chance unless said
 * @returns the program
 */
export function programOf(seed: number, kind?: Kind): Program {
  const random = new Random(seed);
  const drawn = random.pick(...Object.keys(KINDS) as Kind[]);
  return new Author(random, new Random(~seed), kind ?? drawn).program(seed);
}

class Author {
  readonly #random: Random;
  /** Draws what there is of scheduling, so that the rest of a program doesn't depend on that. */
  readonly #scheduling: Random;
  /** Whether there is any. */
  readonly #schedules: boolean;
  /** Half of the programs are without half of all, so that the rest comes together more often. */
  readonly #without: ReadonlySet<string>;
  readonly #kind: Kind;
  readonly #lanes: readonly Lane[];
  /** Whether starts fail and tasks hang. */
  readonly #hangs: boolean;
  /** Whether some queue is a pool. */
  readonly #pools: boolean;

  constructor(random: Random, scheduling: Random, kind: Kind) {
    this.#random = random;
    this.#scheduling = scheduling;
    this.#schedules = scheduling.oneIn(2);
    this.#kind = kind;
    this.#lanes = random.pick(...KINDS[kind]);
    this.#hangs = kind === "failing starts";
    const some = random.oneIn(2) ? FEATURES.filter(() => random.oneIn(2)) : [];
    this.#without = new Set(this.#hangs ? ENDS : some);
    this.#pools = this.#lanes.some((lane) => lane !== "event loop");
  }

  program(seed: number): Program {
    const random = this.#random;
    return {
      seed,
      drawnAs: this.#kind,
      queues: this.#lanes.map((lane) => this.#queue(lane)),
      turns: random.list(2, 9, () => ({
        steps: random.list(1, 5, () => this.#step()),
        advance: random.pick(0, 0, 1, 5, 10, 30, 100, 500, 2000),
        setWallClock: random.oneIn(12) ? random.pick(-100_000, -50, 50, 100_000) : 0,
      })),
      hooks: random.list(0, 2, () => ({
        on: this.#which(),
        hook: random.pick("start", "complete", "retry"),
        call: random.below(8),
        steps: random.list(1, 2, () => this.#innerStep()),
      })),
      end: this.#hangs ? "graceful" : random.pick("cancel each", "graceful", "force"),
    };
  }

  #queue(lane: Lane): QueueScript {
    const random = this.#random;
    const workers = random.between(this.#hangs ? 2 : 1, 4);
    const rate = random.sometimes(3, () => random.pick(1, 3, 7, 10, 33, 100, 2.5));
    return {
      lane,
      workers,
      size: random.pick(0, 0, 0, 1, 3, 6),
      rate,
      burst: random.pick(1, 1, 2, 5),
      retain: random.pick("all", "all", "none", 1, 3),
      mode: random.pick("finite", "finite", "infinite"),
      failPolicy: random.pick("continue", "continue", "continue", "fail-first"),
      onExit: random.pick("complete-priority", "cancel"),
      pool: this.#pool(workers),
      ...(this.#schedules ? this.#limits() : {}),
    };
  }

  /** What decides on the order of a queue, and holds tasks back. */
  #limits(): Pick<QueueScript, "hosts" | "accounts" | "aging"> {
    const random = this.#scheduling;
    const limit = (fair: boolean): LimitScript => ({
      workers: random.sometimes(2, () => random.pick(1, 1, 2)),
      rate: random.sometimes(3, () => ({
        limit: random.pick(1, 2, 3),
        interval: random.pick(10, 50, 200),
      })),
      fair,
    });
    return {
      hosts: random.oneIn(4) ? undefined : limit(random.oneIn(3)),
      accounts: random.sometimes(3, () => limit(false)),
      aging: random.sometimes(4, () => random.pick(1, 10, 100)),
    };
  }

  /** What a task has to do with others. */
  #relations(): Pick<TaskScript, "hosts" | "accounts" | "after" | "dedupe"> {
    const random = this.#scheduling;
    if (!this.#schedules) return { after: [] };
    return {
      hosts: random.pick("a", "b", "c", undefined),
      accounts: random.pick("x", "y", undefined),
      after: random.oneIn(5) ? random.list(1, 2, () => random.below(30)) : [],
      dedupe: random.sometimes(6, () => random.pick("one", "two")),
    };
  }

  #pool(workers: number): PoolScript {
    const random = this.#random;
    const latency = () => random.pick(0, 0, 0, 0.2, 1, 5, 20);
    const failing = random.oneIn(3);
    const start = (...how: StartScript["how"][]) => () => ({
      ...{ ms: random.pick(0, 0, 1, 5, 40), how: random.pick(...how) },
    });
    const fails = ["throws", "unready", "dies", "never"] as const;
    const starts = this.#hangs
      ? [...random.list(1, 2, start("ready")), start(...fails)()]
      : random.list(1, 4, failing ? start("ready", "ready", ...fails) : start("ready"));
    return {
      minWorkers: random.oneIn(3) ? random.below(workers + 1) : 0,
      idleTimeout: random.pick(1000, 1000, 0, 15, Infinity),
      startTimeout: random.pick(30_000, 30_000, 30, 200),
      recycleAfter: random.pick(Infinity, Infinity, 1, 2, 5),
      spinners: random.below(2),
      starts,
      lastStartRepeats: this.#hangs || (failing && random.oneIn(2)),
      down: random.list(1, 4, latency),
      up: random.list(1, 4, latency),
      loses: random.oneIn(3),
      stop: random.pick(0, 0, 5, 60),
      stoppable: random.oneIn(2),
      journal: !random.oneIn(5),
      fullAt: this.#hangs ? Infinity : random.pick(Infinity, Infinity, 1, 2),
      stuckAfter: random.oneIn(6)
        ? random.list(1, 3, () => random.pick(0, 1, 2, Infinity))
        : [Infinity],
    };
  }

  #which(): number {
    return this.#lanes.length === 1 ? 0 : this.#random.below(this.#lanes.length);
  }

  #step(): Step {
    return { on: this.#which(), ...this.#action() };
  }

  /** One of what a program is not without. */
  #weighted<K extends string>(weights: Readonly<Partial<Record<K, number>>>): K {
    const left = Object.entries(weights).filter(([feature]) => !this.#without.has(feature));
    return this.#random.weighted<K>(Object.fromEntries(left) as Partial<Record<K, number>>);
  }

  #action(): Action {
    const action = this.#weighted(ACTIONS);
    switch (action) {
      case "batch":
        return this.#batch();
      case "submit":
      case "submitWhenReady":
        return { do: action, task: this.#task(true) };
      case "run":
        return { do: action, run: this.#run() };
      case "inner":
        return this.#innerAction();
      default:
        return { do: action };
    }
  }

  #batch(): Action {
    const random = this.#random;
    const kind = random.pick("map", "group", "stream");
    const count = this.#pools && random.oneIn(3) ? random.below(30) : random.below(6);
    const task = this.#task(true);
    if (kind !== "stream") return { do: kind, task, count };
    return {
      ...{ do: kind, count },
      // When exactly its tasks are submitted is not told.
      task: { ...task, runIn: undefined, hosts: undefined, accounts: undefined, after: [] },
      window: 1 + random.below(4),
      ordered: random.oneIn(2),
      settled: random.oneIn(2),
      leaveAfter: random.pick(Infinity, random.below(4)),
    };
  }

  /** What is done from within tasks and hooks too. */
  #innerStep(): Step {
    return { on: this.#which(), ...this.#innerAction() };
  }

  #innerAction(): Action {
    const random = this.#random;
    const action = this.#weighted(INNER_ACTIONS);
    switch (action) {
      case "submit":
        return { do: action, task: this.#task(false) };
      case "cancel":
        return { do: action, which: random.below(30) };
      case "cancelGroup":
      case "kill":
        return { do: action, which: random.below(4) };
      case "abort":
        return { do: action, signal: random.below(SIGNALS - 1) };
      case "workers":
        return { do: action, workers: 1 + random.below(4) };
      case "shutdown":
        return { do: action, force: random.oneIn(2) };
      default:
        return { do: action };
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
      retries: this.#without.has("retries") ? 0 : random.pick(0, 0, 1, 2, 3),
      retryDelay: random.pick(0, 0, 1, 20, 100),
      backoff: random.pick(1, 2, 0.5),
      maxRetryDelay: random.pick(Infinity, 30),
      jitter: random.pick(0, 0, 0.5, 1),
      retryAfter: random.sometimes(8, () => random.pick(0, 15)),
      timeout: this.#without.has("timeout")
        ? undefined
        : random.sometimes(2, () => this.#duration()),
      delay: runIn === undefined && !this.#without.has("delay")
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
      awaited: random.oneIn(4),
      ...this.#relations(),
      sendable: !this.#pools || !random.oneIn(25),
    };
  }

  #attempt(): AttemptScript {
    const random = this.#random;
    return {
      kind: this.#hangs && random.oneIn(3)
        ? "hang"
        : this.#weighted<AttemptKind>(this.#pools ? POOL_ATTEMPTS : ATTEMPTS),
      waitsOn: this.#which(),
      ms: this.#pools ? this.#shortDuration() : random.oneIn(4) ? 0 : this.#duration(),
      stops: random.pick("at once", "after grace", "never"),
      touches: random.oneIn(2),
      cleanup: random.pick(0, 5, 50),
    };
  }

  /** Many are so short that their tasks are sent ahead. */
  #shortDuration(): number {
    const random = this.#random;
    return random.oneIn(2) ? random.pick(0, 0, 0.1, 0.4, 1) : this.#duration();
  }

  #duration(): number {
    return this.#random.pick(1, 2, 5, 10, 10, 20, 50, 100, 300);
  }
}
