/**
 * Uses every lane and what goes with them, as an installed package: with tasks of all three kinds. It is JavaScript, since Node strips
 * no types below `node_modules` and this is copied into projects.
 *
 * @module
 */
import {
  asyncMap,
  AsyncQueue,
  attachQueue,
  defineTasks,
  importTasks,
  inlineTask,
  processMap,
  ProcessQueue,
  threadMap,
  ThreadQueue,
  trackProgress,
} from "@trilane/trilane";
import * as alone from "@trilane/trilane/async";
import { Checkpoint } from "@trilane/trilane/checkpoint";
import { dashboard } from "@trilane/trilane/dashboard";
import { ProcessQueue as ProcessAlone } from "@trilane/trilane/process";
import { toHTML, toTrace } from "@trilane/trilane/report";
import { VirtualClock } from "@trilane/trilane/testing";
import { ThreadQueue as ThreadAlone } from "@trilane/trilane/thread";
import process from "node:process";
import { pathToFileURL } from "node:url";

export const { double } = defineTasks(import.meta.url, { double: (n) => 2 * n });
const square = inlineTask((n) => n * n);
const other = importTasks(new URL("./tasks.js", import.meta.url));

/** The one lane's outcome. */
async function use(Queue, map) {
  const queue = new Queue({ workers: 2 });
  const values = [
    await queue.submit(double, [4]).value(),
    await queue.submit(square, [7]).value(),
    ...Queue === AsyncQueue ? [] : await queue.group(other.addOne, [1, 2]).values(),
    ...await map(square, [1, 2, 3], { workers: 1 }),
  ];
  const failed = await queue.submit(inlineTask(() => {
    throw new RangeError("right");
  }));
  await queue.shutdown();
  return [Queue.name, ...values, failed.error instanceof RangeError && failed.message].join(" ");
}

// Not by `import.meta.main`, which Node 22 has not.
if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  console.log(await use(AsyncQueue, asyncMap));
  console.log(await use(ThreadQueue, threadMap));
  console.log(await use(ProcessQueue, processMap));

  const shared = new AsyncQueue();
  const remote = attachQueue(shared.share());
  await shared.start();
  console.log("shared", await (await remote.submit(square, [5])).value());
  remote.close();
  await shared.shutdown();

  const checkpoint = new Checkpoint(":memory:");
  for (let round = 0; round < 2; round++) {
    const queue = new AsyncQueue();
    const handles = queue.map(square, [2, 3], { checkpoint });
    const bar = trackProgress(queue, { output: { isTTY: false, write() {} } });
    const summary = await queue.run();
    bar.stop?.();
    console.log("checkpoint", handles.map(({ attempts }) => attempts).join());
    console.log("report", toHTML(summary).startsWith("<!"), "traceEvents" in toTrace(summary));
    await queue.shutdown();
  }
  checkpoint.close();

  const watched = new AsyncQueue();
  const page = await dashboard(watched);
  console.log("dashboard", (await fetch(page.url)).status);
  await page.close();
  await watched.shutdown();
  console.log(
    "one class",
    alone.AsyncQueue === AsyncQueue,
    ThreadAlone === ThreadQueue,
    ProcessAlone === ProcessQueue,
  );
  console.log("clock", new VirtualClock().now());
}
