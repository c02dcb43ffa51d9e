/**
 * Programs over one queue or two: what is submitted, how the attempts and the workers behave, and what else is done
 * meanwhile. A program is plain data, so that it can be printed and made smaller.
 *
 * @module
 */

/** Where attempts run: on the event loop, or on the workers of a pool, which are simulated as threads or processes. */
export type Lane = "event loop" | "threads" | "processes";

/** What kind of thing an attempt does. */
export type AttemptKind =
  | "value"
  | "throw"
  | "hang"
  | "compute"
  | "spin"
  | "wait"
  | "wait later"
  | "crash"
  | "unsendable";

/** What one attempt of a task does. */
export interface AttemptScript {
  /**
   * `compute` lets time pass without yielding, `spin` does so for ever; `wait` submits another task and waits for it,
   * at once or after some time; `crash` ends the worker; `unsendable` returns what can't leave the worker. What a lane
   * doesn't have is a `value`, a `throw` or a `hang`.
   */
  readonly kind: AttemptKind;
  /** The queue that a `wait` submits to. */
  readonly waitsOn: number;
  /** How long it takes; 0: it ends before the call returns. */
  readonly ms: number;
  /** When it stops after an interrupt. */
  readonly stops: "at once" | "after grace" | "never";
  /** Whether it asks for its signal. */
  readonly touches: boolean;
  /** How long it takes to clean up, where it stops after grace. */
  readonly cleanup: number;
}

/** The limits by key that there may be. */
export const LIMITS = ["hosts", "accounts"] as const;

/** A limit by key. */
export interface LimitScript {
  readonly workers?: number;
  readonly rate?: { readonly limit: number; readonly interval: number };
  readonly fair: boolean;
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
  /** Whether somebody waits for it from the first. */
  readonly awaited: boolean;
  /** Its keys, where its queue has the limits. */
  readonly hosts?: string;
  readonly accounts?: string;
  /** Which of the tasks that are known it waits for, of those of all queues. */
  readonly after: readonly number[];
  readonly dedupe?: string;
  /** Whether its arguments can be sent to a worker. */
  readonly sendable: boolean;
}

/** Something done to a queue, within one turn of the event loop. */
export type Step = Action & {
  /** Which queue it is done to. */
  readonly on: number;
};

/** What is done in a step. */
export type Action =
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

/** A queue: its lane and its options. */
export interface QueueScript {
  readonly lane: Lane;
  readonly workers: number;
  readonly size: number;
  readonly rate?: number;
  readonly burst: number;
  readonly retain: "all" | "none" | number;
  readonly mode: "finite" | "infinite";
  readonly failPolicy: "continue" | "fail-first";
  readonly onExit: "complete-priority" | "cancel";
  readonly pool: PoolScript;
  readonly hosts?: LimitScript;
  readonly accounts?: LimitScript;
  readonly aging?: number;
}

/** The options that pools alone have, and how their workers are. Lists are gone through round and round. */
export interface PoolScript {
  readonly minWorkers: number;
  readonly idleTimeout: number;
  readonly startTimeout: number;
  readonly recycleAfter: number;
  /** How many workers may be asked to spin. */
  readonly spinners: number;
  /** How long each worker takes to start, and what comes of it. */
  readonly starts: readonly StartScript[];
  /** Whether what comes last in that list comes of all further starts too. */
  readonly lastStartRepeats: boolean;
  /** How long each message to a worker takes, and each from one. */
  readonly down: readonly number[];
  readonly up: readonly number[];
  /** Whether what a worker has said and nobody heard is lost when it dies. */
  readonly loses: boolean;
  /** How long a worker takes to end. */
  readonly stop: number;
  /** Whether a thread that never yields can be stopped. */
  readonly stoppable: boolean;
  /** Whether results can be noted in memory that worker and pool share. */
  readonly journal: boolean;
  /** How many messages on their way to a worker fill its link. */
  readonly fullAt: number;
  /** After how many messages each worker is stuck: it takes what it is sent, and does nothing with it. */
  readonly stuckAfter: readonly number[];
}

/** What comes of the start of a worker. */
export interface StartScript {
  readonly ms: number;
  readonly how: "ready" | "throws" | "unready" | "dies" | "never";
}

/** What a hook of a queue does to it, at one of its calls. */
export interface HookScript {
  readonly on: number;
  readonly hook: "start" | "complete" | "retry";
  readonly call: number;
  readonly steps: readonly Step[];
}

/** One queue or two, and what is done to them. */
export interface Program {
  /** Of what chance decides while the program runs. */
  readonly seed: number;
  /** The kind that it was drawn as. */
  readonly drawnAs: string;
  readonly queues: readonly QueueScript[];
  readonly turns: readonly Turn[];
  readonly hooks: readonly HookScript[];
  /** How they are brought to their end. */
  readonly end: "cancel each" | "graceful" | "force";
}

/** How many signals there are to choose from. */
export const SIGNALS = 3;

/** A task that takes some time and does nothing else. */
export function simpleTask(ms: number, priority: number): TaskScript {
  return {
    attempts: [{ kind: "value", waitsOn: 0, ms, stops: "at once", touches: false, cleanup: 0 }],
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
    awaited: false,
    after: [],
    sendable: true,
  };
}
