import type { AsyncContexts } from "./async_contexts.ts";
import type { Clock } from "./clock.ts";

/** What the engine needs from the platform. */
export interface Platform {
  /** The system's clock. */
  readonly clock: Clock;
  /** The program's async contexts; `undefined` where there are none, as in browsers. What they need is loaded at the first call. */
  asyncContexts?(): AsyncContexts | undefined;
  /** Notes where the program submits a task, on lanes where the stack of an error doesn't tell. */
  site?(): object | undefined;
  /** Tells of an error that belongs to no task and must not stop anything. */
  report(error: unknown): void;
}
