/**
 * What the engine costs: 10,000 tasks that do nothing, submitted and run, with one more thing each.
 *
 * @module
 */
import { AsyncQueue, type QueueOptions, type TaskOptions } from "@trilane/trilane";

const COUNT = 10_000;
const group = "10,000 no-ops";

const noop = async () => {};

function bench(name: string, task: TaskOptions | undefined, queue: QueueOptions = {}): void {
  Deno.bench({
    name,
    group,
    baseline: name === "plain",
    async fn() {
      const tasks = new AsyncQueue({ workers: 16, ...queue });
      for (let i = 0; i < COUNT; i++) tasks.submit(noop, [], task);
      await tasks.run();
    },
  });
}

bench("plain", undefined);
bench("timeout", { timeout: 60_000 });
bench("retries", { retries: 3, retryDelay: 10 });
bench("mustComplete", { mustComplete: true });
bench("signal", { signal: new AbortController().signal });
bench("hooks", undefined, { onStart() {}, onComplete() {} });
bench("retain none", undefined, { retain: "none" });
bench("rate that never holds", undefined, { rate: 1e9, burst: 1e6 });

Deno.bench({
  name: "synchronous",
  group,
  async fn() {
    const tasks = new AsyncQueue({ workers: 16 });
    for (let i = 0; i < COUNT; i++) tasks.submit(() => {});
    await tasks.run();
  },
});

Deno.bench({
  name: "each awaited",
  group,
  async fn() {
    const tasks = new AsyncQueue({ workers: 16 });
    await tasks.start();
    const values: Promise<void>[] = [];
    for (let i = 0; i < COUNT; i++) values.push(tasks.submit(noop).value());
    for (const value of values) await value;
  },
});
