/**
 * Two threads: a message there and back, a shared word there and back, and what two of them gain over one.
 *
 * @module
 */
import { Worker } from "node:worker_threads";
import { bareThreads } from "../bare.ts";
import { quantile } from "../work.ts";
import { type Bound, report } from "./bound.ts";

const TRIPS = 2_000;

const one = await bareThreads.open(1);
const two = await bareThreads.open(2);

async function trips(share: number): Promise<number> {
  const times = new Float64Array(TRIPS);
  for (let i = 0; i < TRIPS; i++) {
    const start = performance.now();
    await one.run("increment", i);
    times[i] = 1000 * (performance.now() - start);
  }
  return quantile(times.sort(), share);
}

async function atOnce(count: number): Promise<number> {
  const start = performance.now();
  await Promise.all(Array.from({ length: count }, (_, i) => two.run("increment", i)));
  return (performance.now() - start) * 1e6 / count;
}

const start = () => new Worker(new URL("programs/thread.js", import.meta.url));
const [first, second, pinged] = [start(), start(), start()];

/** A word of shared memory changes, which wakes the thread; its answer is waited for by looking at another. */
const words = new Int32Array(new SharedArrayBuffer(8));

function wordTrips(share: number): number {
  const times = new Float64Array(TRIPS);
  const from = Atomics.load(words, 0);
  for (let i = 0; i < TRIPS; i++) {
    const start = performance.now();
    const word = Atomics.add(words, 0, 1) + 1;
    Atomics.notify(words, 0);
    while (Atomics.load(words, 1) !== word);
    times[i] = 1000 * (performance.now() - start);
  }
  if (Atomics.load(words, 0) !== from + TRIPS) throw new Error("Words were lost");
  return quantile(times.sort(), share);
}

function spun(worker: Worker, turns: number): Promise<void> {
  return new Promise((resolve) => {
    worker.once("message", () => resolve());
    worker.postMessage(turns);
  });
}

// What has not begun yet can't do so while this thread looks at nothing but a word.
await Promise.all([first, second, pinged].map((worker) => spun(worker, 1)));
pinged.postMessage(words);

/** Turns of the loop that take some 10 to 50 ms. */
const TURNS = 5_000_000;

/** How many times as fast two threads are as one. */
async function gain(): Promise<number> {
  const at = performance.now();
  await spun(first, 2 * TURNS);
  const alone = performance.now() - at;
  await Promise.all([spun(first, TURNS), spun(second, TURNS)]);
  return alone / (performance.now() - at - alone);
}

const bounds: readonly Bound[] = [
  { name: "`postMessage` there and back, p50", unit: "µs", measure: () => trips(0.5) },
  { name: "`postMessage` there and back, p99", unit: "µs", measure: () => trips(0.99) },
  { name: "a shared word there and back, p50", unit: "µs", measure: () => wordTrips(0.5) },
  { name: "a shared word there and back, p99", unit: "µs", measure: () => wordTrips(0.99) },
  { name: "two threads that compute, beside one", unit: "times as fast", measure: gain },
  {
    name: "20,000 messages at once to two threads and back, one each",
    unit: "ns a message",
    measure: () => atOnce(20_000),
  },
];

await report("Threads", bounds);
await Promise.all([one.close(), two.close()]);
Atomics.store(words, 0, -1);
Atomics.notify(words, 0);
await Promise.all([first, second, pinged].map((worker) => worker.terminate()));
