/**
 * Ways to break the event loop's lane.
 *
 * @module
 */
import { assume, drop, type Mutation, operator } from "../mutate.ts";
import { onEventLoop } from "./breaks.ts";

/** Those of the event loop's lane. */
export const eventLoop: readonly Mutation[] = [
  onEventLoop(
    "exceed the limit",
    "AsyncExecutor.room",
    operator("this.#limit - this.#active", "-", "+ 1 -"),
  ),
  onEventLoop(
    "don't give on the slot of what is abandoned",
    "AsyncExecutor.interrupt",
    drop("this.#release(slot)"),
  ),
  onEventLoop(
    "don't lend the slot of a task that waits",
    "AsyncExecutor.lend",
    drop("this.#active--"),
  ),
  onEventLoop("go on without a slot", "AsyncExecutor.#letResume", assume("this.room <= 0", false)),
  onEventLoop("count what is abandoned for ever", "AsyncExecutor.#end", drop("this.abandoned--")),
];
