/** Uses memory limits as its argument says. */
import process from "node:process";
import { importTasks, ProcessQueue, WorkerCrashError } from "../../../../../mod.ts";

const tasks = importTasks<typeof import("../tasks.ts")>(new URL("../tasks.ts", import.meta.url));

if (import.meta.main) {
  const queue = new ProcessQueue({ workers: 1, memoryLimit: 300 << 20, idleTimeout: 600_000 });
  if (process.argv[2] === "forget") {
    console.log(await queue.submit(tasks.add, [1, 2]).value());
  } else {
    // Each way to start it.
    for (
      const way of [() => queue.start(), () => queue.submit(tasks.hoard, [400, 30_000]).value()]
    ) {
      try {
        await way();
      } catch (error) {
        const { name } = error as Error;
        console.log(error instanceof WorkerCrashError ? error.reason : name);
      }
    }
    queue.submit(tasks.add, [1, 2]);
    await queue.shutdown();
    if (queue.results[0]?.status === "failed" && queue.results.length === 2) {
      if (queue.results[1]!.status === "failed") console.log("closed");
    }
  }
}
