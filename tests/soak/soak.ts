/**
 * `deno task soak [PART…]` or `bun tests/soak/soak.ts [PART…]`: does much of the same and watches the memory. Each
 * part is a program of its own; the exit status is 1 when one fails.
 *
 * - `async`, `thread`: 10 million tasks on a queue that retains no results. Afterwards the heap may be
 *   10 MB larger than after the first million.
 * - `recycle`: as many workers of a `ThreadQueue`, one after the other, as would show a leak; and
 *   `plain`: the same number of workers without a queue, to compare what the runtime itself keeps.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { AsyncQueue, importTasks, type TaskQueue, ThreadQueue } from "../../mod.ts";
import { stdArgs } from "../../scripts/std.ts";
import { measureMemory, megabytes } from "./memory.ts";

const MILLION = 1_000_000;
/** Of tasks, in each queue. */
const MILLIONS = 10;
/** How many are outstanding at a time. */
const BATCH = 10_000;
/** How many bytes the heap may grow by after the first million. */
const MOST_GROWTH = 10e6;

const onBun = "Bun" in globalThis;
/** Deno starts them several times as slowly. */
const WORKERS = onBun ? 1_000 : 200;
/** How many come before those that count: the first ones load what is loaded once. */
const WARM_UP = 10;

const { next } = importTasks<typeof import("./tasks.ts")>(new URL("./tasks.ts", import.meta.url));

/** Each says whether it has passed. */
const parts: Readonly<Record<string, () => Promise<boolean>>> = {
  async: () => soak(new AsyncQueue({ mode: "infinite", retain: "none" })),
  thread: () => soak(new ThreadQueue({ mode: "infinite", retain: "none" }) as unknown as TaskQueue),
  recycle: () => recycle(),
  plain: () => compare(plainWorker),
};

async function soak(queue: TaskQueue): Promise<boolean> {
  const running = queue.run();
  const heaps: number[] = [];
  let n = 0;
  for (let million = 1; million <= MILLIONS; million++) {
    const from = performance.now();
    while (n < million * MILLION) {
      for (const end = n + BATCH; n < end; n++) queue.submit(next, [n]);
      await queue.join();
    }
    const took = performance.now() - from;
    const { heap, rss } = await measureMemory();
    heaps.push(heap);
    console.log(
      `${million} million: heap ${megabytes(heap)} MB, RSS ${megabytes(rss)} MB, ${
        took.toFixed(0)
      } ms`,
    );
  }
  await queue.shutdown();
  const { total, succeeded } = await running;
  const growth = heaps[heaps.length - 1] - heaps[0];
  console.log(`${succeeded} of ${total} succeeded, the heap grew by ${megabytes(growth)} MB`);
  return succeeded === MILLIONS * MILLION && total === succeeded && growth <= MOST_GROWTH;
}

async function recycle(): Promise<boolean> {
  await using queue = new ThreadQueue({ workers: 1, recycleAfter: 1, retain: "none" });
  await queue.start();
  return await compare((n) => queue.submit(next, [n]).value());
}

/** Uses so many workers, one after the other. */
async function compare(useWorker: (n: number) => Promise<number>): Promise<boolean> {
  for (let n = 0; n < WARM_UP; n++) await useWorker(n);
  const before = await measureMemory();
  for (let n = 0; n < WORKERS; n++) await useWorker(n);
  const after = await measureMemory();
  const each = (key: "heap" | "rss") => ((after[key] - before[key]) / WORKERS / 1e3).toFixed(1);
  console.log(
    `${WORKERS} workers: heap from ${megabytes(before.heap)} to ${megabytes(after.heap)} MB, ` +
      `RSS from ${megabytes(before.rss)} to ${megabytes(after.rss)} MB: ` +
      `${each("heap")} kB heap, ${each("rss")} kB RSS each`,
  );
  return true;
}

async function plainWorker(n: number): Promise<number> {
  const worker = new Worker(new URL("./plain_worker.ts", import.meta.url), { type: "module" });
  const answer = await new Promise<number>((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.postMessage(n);
  });
  worker.terminate();
  return answer;
}

/** Runs a part in a program of its own. */
async function runAlone(part: string): Promise<boolean> {
  console.log(`\n${onBun ? "bun" : "deno"}, ${part}`);
  const flags = onBun ? [] : ["run", "--allow-all", "--v8-flags=--expose-gc", ...await stdArgs()];
  const child = spawn(
    process.execPath,
    [...flags, fileURLToPath(import.meta.url), "--alone", part],
    {
      stdio: "inherit",
    },
  );
  return await new Promise((resolve) => child.on("close", (code) => resolve(code === 0)));
}

const { alone, _: args } = parseArgs(process.argv.slice(2), { string: ["alone"] });
let passed = true;
if (alone !== undefined) passed = await parts[alone]();
else {
  const wanted = args.length > 0 ? args.map(String) : Object.keys(parts);
  for (const part of wanted) passed = await runAlone(part) && passed;
  console.log(passed ? "\npassed" : "\nfailed");
}
process.exitCode = passed ? 0 : 1;
