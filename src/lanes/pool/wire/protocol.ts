import type { TaskReference } from "../../../portable/portable.ts";
import type { EncodedThrown } from "./error_codec.ts";

/**
 * What a pool and its workers say to each other. Messages are flat arrays, which clone several times faster than
 * objects. An attempt is named by its ticket, its number on the wire: its task may have another attempt before word of it comes.
 *
 * Down: `RUN` brings tasks, to be run one after the other; `ABORT` tells a running one why it is to stop; `CLOSE` has
 * the teardown run, and nothing comes after it.
 * Up: `READY` or `UNREADY` once; then for each task, in order, a value in `VALUES`, an `ERROR` or an `UNLOADED`; in
 * between `PROGRESS`. A result is sent, or noted in the {@linkcode Journal}, before the next task begins. `CLOSED`
 * answers `CLOSE`. Where the pool gives what a process writes to a hook, `BEGUN` and `WRITTEN` are sent on standard error as
 * well: what is between them there is the task's. `CRASH` is the last word of a worker whose task let an error go astray.
 */
export const RUN = 0;
/** Down: `[ABORT, ticket, reason]` */
export const ABORT = 1;
/** Down: `[CLOSE]` */
export const CLOSE = 2;

/** Up: `[READY]` */
export const READY = 0;
/** Up: `[UNREADY, error]`: the initializer failed. */
export const UNREADY = 1;
/** Up: `[VALUES, ticket, value, took, ticket, …]`, with the milliseconds that each took */
export const VALUES = 2;
/** How many fields of a `VALUES` message each task has. */
export const VALUES_FIELDS = 3;
/** Up: `[ERROR, ticket, thrown, took]` */
export const ERROR = 3;
/** Up: `[PROGRESS, ticket, data]` */
export const PROGRESS = 4;
/** Up: `[CRASH, thrown]` */
export const CRASH = 5;
/** Up, where no memory is shared: `[TOUCHED, ticket]`: a task has asked for its signal or its state. */
export const TOUCHED = 6;
/** Up, where no memory is shared or output is given to a hook: `[BEGUN, ticket]`: a task has begun. */
export const BEGUN = 7;
/** Up: `[UNLOADED, ticket, thrown, took]`: the module of a task's function could not be loaded. */
export const UNLOADED = 8;
/** Up: `[CLOSED, thrown]`: the teardown has ended, with an error if there is one. */
export const CLOSED = 9;
/** Up, where output is given to a hook: `[WRITTEN, ticket]`: a task that has ended has written what it wrote to standard error. */
export const WRITTEN = 10;

/**
 * `[RUN, references, whether to spin, traceparents, …]`, then the tasks, which `attemptsOf` reads. Tasks that are part of traces have
 * their W3C `traceparent` by ticket.
 */
export type RunMessage = [
  typeof RUN,
  References | null,
  boolean,
  TraceParents | null,
  ...unknown[],
];

/** The W3C `traceparent` of attempts, each after its ticket. */
export type TraceParents = (number | string)[];

/** References that the worker has not seen yet, by the number that stands for them. */
export type References = readonly (readonly [number, TaskReference])[];

/** What the pool says. */
export type DownMessage =
  | RunMessage
  | readonly [typeof ABORT, number, EncodedThrown]
  | readonly [typeof CLOSE];

/** What a worker says. */
export type UpMessage =
  | readonly [typeof READY]
  | readonly [typeof UNREADY, EncodedThrown]
  | readonly [typeof VALUES, ...unknown[]]
  | readonly [typeof ERROR, number, EncodedThrown, number]
  | readonly [typeof PROGRESS, number, unknown]
  | readonly [typeof CRASH, EncodedThrown]
  | readonly [typeof TOUCHED, number]
  | readonly [typeof BEGUN, number]
  | readonly [typeof UNLOADED, number, EncodedThrown, number]
  | readonly [typeof CLOSED, EncodedThrown | null]
  | readonly [typeof WRITTEN, number];

/** Whether a message says that tasks have ended. */
export function isEnd([kind]: UpMessage): boolean {
  return kind === VALUES || kind === ERROR || kind === UNLOADED;
}

/** What a worker is told before all else. */
export interface Greeting {
  /** The first part of the tasks' ids. */
  readonly queueId: string;
  /** Whether `currentTask()` works after an `await`. */
  readonly asyncContext: boolean;
  /** The worker's number. */
  readonly workerId: number;
  readonly initializer: TaskReference | null;
  /** Its arguments, encoded. */
  readonly initArgs: unknown;
  /** Runs when the worker is told to close. */
  readonly teardown: TaskReference | null;
}
