/**
 * Random programs over a queue: what is submitted, how the tasks behave, and what else is done meanwhile.
 *
 * @module
 */
import fc from "fast-check";

/** What one attempt of a task does. */
export interface AttemptScript {
  /**
   * `compute` lets time pass without yielding; `wait` submits another task and waits for it, at once or
   * after some time.
   */
  readonly kind:
    | "value"
    | "throw"
    | "resolve"
    | "reject"
    | "never"
    | "compute"
    | "wait"
    | "wait later";
  /** How long it takes, where it takes time. */
  readonly ms: number;
  /** What it does about its signal: nothing, ask for it and go on, or stop `cleanup` ms after it aborts. */
  readonly signal: "ignores" | "touches" | "obeys";
  readonly cleanup: number;
}

/** A task. */
export interface TaskScript {
  /** What each attempt does; further ones do what the last does. */
  readonly attempts: readonly AttemptScript[];
  /** What the function does to the queue when it is first called. */
  readonly inside: readonly Step[];
  /** What its `retryIf` does to the queue when it is first called. */
  readonly inRetryIf: readonly Step[];
  /** What is done to the queue when a signal that it has asked for first aborts. */
  readonly onAbort: readonly Step[];
  readonly retryIf: "none" | "always" | "never";
  readonly how: "submit" | "whenReady";
  readonly priority: number;
  readonly retries: number;
  readonly retryDelay: number;
  readonly backoff: number;
  readonly maxRetryDelay: number;
  readonly timeout: number | undefined;
  readonly delay: number | undefined;
  readonly runIn: number | undefined;
  readonly grace: number;
  readonly mustComplete: boolean;
  readonly detached: boolean;
  /** Which signal it is given; the last of them has aborted from the start. */
  readonly signal: number | undefined;
}

/** Something done to the queue, within one turn of the event loop. */
export type Step =
  | { readonly do: "submit"; readonly task: TaskScript }
  | { readonly do: "cancel"; readonly which: number }
  | { readonly do: "abort"; readonly signal: number }
  | { readonly do: "workers"; readonly workers: number }
  | { readonly do: "shutdown"; readonly force: boolean }
  | { readonly do: "run"; readonly run: RunScript }
  | { readonly do: "pause" | "resume" | "clear" | "start" | "join" | "reset" };

/** The options of a run. */
export interface RunScript {
  readonly timeout: number | undefined;
  readonly failPolicy: "continue" | "fail-first" | undefined;
  readonly signal: number | undefined;
}

/** Steps without a pause between them, and how much time passes afterwards. */
export interface Turn {
  readonly steps: readonly Step[];
  readonly advance: number;
}

/** The options of the queue. */
export interface QueueScript {
  readonly workers: number;
  readonly size: number;
  readonly rate: number | undefined;
  readonly burst: number;
  readonly retain: "all" | "none" | number;
  readonly mode: "finite" | "infinite";
  readonly failPolicy: "continue" | "fail-first";
  readonly onExit: "complete-priority" | "cancel";
}

/** What a hook of the queue does to it, at one of its calls. */
export interface HookScript {
  readonly hook: "start" | "complete" | "retry";
  readonly call: number;
  readonly steps: readonly Step[];
}

/** A queue and what is done to it. */
export interface Program {
  readonly queue: QueueScript;
  readonly turns: readonly Turn[];
  readonly hooks: readonly HookScript[];
  /** How it is brought to its end. */
  readonly end: "cancel each" | "graceful" | "force";
}

/** How many signals there are to choose from. */
export const SIGNALS = 3;

/** One time in so many. */
function sometimes<T>(oneIn: number, value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof(
    { weight: oneIn - 1, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: value },
  );
}

function rarely(oneIn: number): fc.Arbitrary<boolean> {
  return fc.integer({ min: 1, max: oneIn }).map((n) => n === oneIn);
}

const duration = fc.constantFrom(1, 2, 5, 10, 10, 20, 50, 100, 300);

const attempt: fc.Arbitrary<AttemptScript> = fc.record({
  kind: fc.constantFrom<AttemptScript["kind"]>(
    ...["value", "throw", "throw", "resolve", "resolve", "reject", "reject"] as const,
    ...["never", "compute", "wait", "wait later"] as const,
  ),
  ms: duration,
  signal: fc.constantFrom<AttemptScript["signal"]>("ignores", "touches", "obeys"),
  cleanup: fc.constantFrom(0, 0, 5, 50),
});

/** What is done from within tasks and hooks. */
const innerStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("cancel" as const), which: fc.nat(30) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("submit" as const),
      task: task(fc.constant([])),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("abort" as const), signal: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("pause", "resume", "clear") }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("workers" as const),
      workers: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("shutdown" as const), force: fc.boolean() }),
  },
);

const fewInnerSteps = fc.oneof(
  { weight: 6, arbitrary: fc.constant<readonly Step[]>([]) },
  { weight: 1, arbitrary: fc.array(innerStep, { minLength: 1, maxLength: 2 }) },
);

function task(
  steps: fc.Arbitrary<readonly Step[]>,
): fc.Arbitrary<TaskScript> {
  return fc.record({
    attempts: fc.array(attempt, { minLength: 1, maxLength: 3 }),
    inside: steps,
    inRetryIf: steps,
    onAbort: steps,
    retryIf: fc.constantFrom("none", "none", "always", "always", "never"),
    how: fc.constantFrom("submit", "submit", "submit", "whenReady"),
    priority: fc.constantFrom(3, 3, 0, 1, 2, 5),
    retries: fc.constantFrom(0, 0, 1, 2, 3),
    retryDelay: fc.constantFrom(0, 0, 1, 20, 100),
    backoff: fc.constantFrom(1, 2, 0.5),
    maxRetryDelay: fc.constantFrom(Infinity, 30),
    timeout: sometimes(2, duration),
    delay: sometimes(4, fc.constantFrom(0, 1, 10, 100, 400)),
    runIn: sometimes(8, fc.constantFrom(-5, 0, 10, 200)),
    grace: fc.constantFrom(0, 10, 50, 1000),
    mustComplete: rarely(4),
    detached: rarely(6),
    signal: fc.oneof(
      { weight: 5, arbitrary: fc.constant(undefined) },
      { weight: 4, arbitrary: fc.nat(SIGNALS - 2) },
      { weight: 1, arbitrary: fc.constant(SIGNALS - 1) },
    ),
  }).map((task) => task.runIn === undefined ? task : { ...task, delay: undefined });
}

const run: fc.Arbitrary<RunScript> = fc.record({
  timeout: sometimes(2, fc.constantFrom(1, 10, 50, 200, 1000)),
  failPolicy: fc.constantFrom("continue", "fail-first", undefined, undefined),
  signal: sometimes(4, fc.nat(SIGNALS - 1)),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 14,
    arbitrary: fc.record({
      do: fc.constant("submit" as const),
      task: task(fewInnerSteps),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("run" as const), run }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("start" as const) }) },
  { weight: 4, arbitrary: innerStep },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("resume" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("join", "reset") }) },
);

const queue: fc.Arbitrary<QueueScript> = fc.record({
  workers: fc.integer({ min: 1, max: 4 }),
  size: fc.constantFrom(0, 0, 0, 1, 3, 6),
  rate: sometimes(3, fc.constantFrom(1, 3, 7, 10, 33, 100, 2.5)),
  burst: fc.constantFrom(1, 1, 2, 5),
  retain: fc.constantFrom<QueueScript["retain"]>("all", "all", "none", 1, 3),
  mode: fc.constantFrom("finite", "finite", "infinite"),
  failPolicy: fc.constantFrom("continue", "continue", "continue", "fail-first"),
  onExit: fc.constantFrom("complete-priority", "cancel"),
});

/** Programs. */
export const programs: fc.Arbitrary<Program> = fc.record({
  queue,
  turns: fc.array(
    fc.record({
      steps: fc.array(step, { minLength: 1, maxLength: 6 }),
      advance: fc.constantFrom(0, 0, 1, 5, 10, 30, 100, 500, 2000),
    }),
    { minLength: 3, maxLength: 12, size: "max" },
  ),
  hooks: fc.array(
    fc.record({
      hook: fc.constantFrom("start", "complete", "retry"),
      call: fc.nat(8),
      steps: fc.array(innerStep, { minLength: 1, maxLength: 2 }),
    }),
    { maxLength: 2 },
  ),
  end: fc.constantFrom("cancel each", "graceful", "force"),
});

/** A task that takes some time and does nothing else. */
export function simpleTask(ms: number, priority: number): TaskScript {
  return {
    attempts: [{ kind: "resolve", ms, signal: "ignores", cleanup: 0 }],
    inside: [],
    inRetryIf: [],
    onAbort: [],
    retryIf: "none",
    how: "submit",
    priority,
    retries: 0,
    retryDelay: 0,
    backoff: 1,
    maxRetryDelay: Infinity,
    timeout: undefined,
    delay: undefined,
    runIn: undefined,
    grace: 1000,
    mustComplete: false,
    detached: false,
    signal: undefined,
  };
}
