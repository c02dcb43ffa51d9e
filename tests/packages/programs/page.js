/**
 * A page's script: uses the lanes that browsers have, and tells its server what came of it.
 *
 * @module
 */
import { AsyncQueue } from "@trilane/trilane/async";
import { importTasks, inlineTask, ThreadQueue } from "@trilane/trilane/thread";

// Where the page has it, whatever becomes of this module.
const tasks = importTasks(new URL("./page_tasks.js", location.href));

async function outcome() {
  const loop = new AsyncQueue({ workers: 2 });
  const squares = await loop.group((n) => n * n, [1, 2, 3]).values();
  await loop.shutdown();

  const workerUrl = globalThis.workerPath && new URL(globalThis.workerPath, location.href);
  const queue = new ThreadQueue({ workers: 2, startTimeout: 5_000, workerUrl });
  const sums = await queue.group(tasks.addOne, [1, 2, 3]).values();
  const ends = [];
  for (const how of ["throw", "reject", "close"]) {
    const { status, error } = await queue.submit(tasks.die, [how], { timeout: 5_000 });
    ends.push(`${how}: ${status} ${error.name}`);
  }
  const stuck = await queue.submit(tasks.spin, { timeout: 100 });
  const inline = await doubleInline(queue, 4);
  const after = await queue.submit(tasks.addOne, [9]).value();
  await queue.shutdown();
  const isolated = crossOriginIsolated;
  return { isolated, squares, sums, ends, stuck: stuck.error.name, after, inline };
}

async function doubleInline(queue, n) {
  try {
    return await queue.submit(inlineTask((n) => n * 2), [n]).value();
  } catch ({ name, cause }) {
    return `${name}: ${cause.name}`;
  }
}

const told = await outcome().catch((error) => `${error}: ${error.errors?.[0]?.message}`);
await fetch("./outcome", { method: "POST", body: JSON.stringify(told) });
