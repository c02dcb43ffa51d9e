import process from "node:process";
import { type RunSummary, type TaskQueue, trackProgress } from "@trilane/trilane";

/** How far a stage is, as far as its queue can't tell: what it does, and how many tasks there will be. */
export interface Expectation {
  readonly doing: string;
  readonly total: number;
}

/**
 * Runs a queue while something is done with it.
 *
 * @param queue The queue, of infinite mode.
 * @param interrupted Aborting it cancels the queue.
 * @param work What is done.
 * @param expected Shows progress, in a terminal.
 * @returns What `work` returns, and how the queue's run was.
 * @throws What `work` does, or the reason of `interrupted`.
 */
export async function stage<Q extends TaskQueue, T>(
  queue: Q,
  interrupted: AbortSignal,
  work: (queue: Q) => Promise<T>,
  expected?: Expectation,
): Promise<{ value: T; summary: RunSummary }> {
  interrupted.throwIfAborted();
  const cancel = () => queue.cancel();
  interrupted.addEventListener("abort", cancel);
  // In a log the line that each stage ends with is enough.
  using _progress = expected && process.stderr.isTTY
    ? trackProgress(queue, { total: expected.total, detail: () => expected.doing })
    : undefined;
  try {
    const run = queue.run();
    const value = await work(queue);
    await queue.shutdown();
    interrupted.throwIfAborted();
    return { value, summary: await run };
  } finally {
    interrupted.removeEventListener("abort", cancel);
    await queue.cancel();
  }
}
