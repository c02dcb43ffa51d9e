/** What an attempt can do. */
export type Act =
  /** Returns at once. */
  | "work"
  /** Waits a little, then returns. */
  | "wait"
  /** Keeps its worker busy a little, then returns. */
  | "burn"
  /** Throws. */
  | "fail"
  /** Waits for its signal, then returns. */
  | "tidy"
  /** Writes to standard output what nobody asked for, then returns. */
  | "garbage"
  /** Leaves a program behind that holds its standard streams, then returns. */
  | "leave"
  // What follows ends the worker.
  | Killing;

/** What ends the worker: the attempt itself, or the pool, since it never ends. */
export type Killing =
  | "exit"
  | "Deno.exit"
  | "close"
  | "SIGKILL itself"
  | "uncaught error"
  | "unhandled rejection"
  /** Returns, and leaves an error behind that comes later. */
  | "late error"
  /** Never ends and never yields, but asks whether it is to stop where nothing else would stop it. */
  | "endless loop"
  /** Waits for ever. */
  | "endless wait"
  /** The same, though it has asked for its signal. */
  | "deaf to its signal";

const killing: ReadonlySet<Act> = new Set<Killing>([
  "exit",
  "Deno.exit",
  "close",
  "SIGKILL itself",
  "uncaught error",
  "unhandled rejection",
  "late error",
  "endless loop",
  "endless wait",
  "deaf to its signal",
]);

/** Whether an act ends its worker. */
export function isKilling(act: Act): act is Killing {
  return killing.has(act);
}

const endless: ReadonlySet<Act> = new Set<Act>([
  "tidy",
  "endless loop",
  "endless wait",
  "deaf to its signal",
]);

/** Whether an act goes on until it is interrupted. */
export function isEndless(act: Act): boolean {
  return endless.has(act);
}

/** The lanes that have workers. */
export type LaneName = "thread" | "process";

/**
 * How likely each act is on a lane of this runtime.
 *
 * @param lane the lane
 * @param brisk whether none takes long, so that workers are sent several tasks at a time
 */
export function actsOf(lane: LaneName, brisk: boolean): Partial<Record<Act, number>> {
  const onDeno = "Deno" in globalThis;
  return {
    "work": 12,
    "fail": 2,
    ...(!brisk && { "wait": 4, "burn": 2, "tidy": 1 }),
    "exit": 3,
    "uncaught error": 2,
    "unhandled rejection": 2,
    "late error": 1,
    "endless loop": 2,
    "endless wait": 2,
    "deaf to its signal": 1,
    ...(lane === "process" && { "SIGKILL itself": 2, "garbage": 2, "leave": 1 }),
    ...(onDeno && { "Deno.exit": 2 }),
    ...(onDeno && lane === "thread" && { "close": 2 }),
  };
}
