/**
 * What the hostile tests have in common: the lanes with the tasks of `tasks.ts`, and a last look whether a queue still works.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { importTasks, type QueueOptions, type TaskQueue } from "../../mod.ts";
import { type Lane as AnyLane, lanes as anyLanes } from "../conformance/lanes.ts";
import { withQueue } from "../conformance/support.ts";
import * as tasks from "./tasks.ts";

const portable = importTasks(new URL("./tasks.ts", import.meta.url)) as unknown as typeof tasks;

/** A lane, with the hostile tasks in the form that it takes. */
export interface Lane extends Omit<AnyLane, "tasks"> {
  readonly tasks: typeof tasks;
}

/** All lanes. */
export const lanes: readonly Lane[] = anyLanes.map((lane) => ({
  ...lane,
  tasks: lane.name === "AsyncQueue" ? tasks : portable,
}));

/** The lane on the event loop. */
export const asyncLane: Lane = lanes[0]!;

/**
 * Runs a test's body with a queue of the lane. After it the queue must still work, end all its tasks, and leave nothing.
 *
 * @param lane where to run
 * @param options the queue's options
 * @param body the test
 */
export function soundly(
  lane: Lane,
  options: QueueOptions,
  body: (queue: TaskQueue) => Promise<void>,
): Promise<void> {
  return withQueue(lane as unknown as AnyLane, options, async (queue) => {
    await queue.start();
    await body(queue);
    await queue.join();
    const sum = await queue.submit(lane.tasks.add, [1, 2]).value();
    const { pending, scheduled, active } = queue.stats;
    assertEquals({ sum, pending, scheduled, active }, {
      sum: 3,
      pending: 0,
      scheduled: 0,
      active: 0,
    });
  });
}
