import { assertEquals, assertRejects } from "@std/assert";
import { Engine } from "../../../src/engine/engine.ts";
import type { Executor, ExecutorHost } from "../../../src/engine/executor.ts";
import { AsyncExecutor } from "../../../src/lanes/async/executor.ts";
import { runEngine } from "../../../src/queue/run.ts";
import type { RunSummary } from "../../../src/queue/summary.ts";
import { DEFAULT_OPTIONS } from "../../../src/task/options.ts";
import { VirtualClock } from "../../../src/testing/virtual_clock.ts";
import { countListeners } from "../../abort_listeners.ts";
import { test } from "../../harness.ts";

/** An executor whose workers don't come up. */
class BrokenExecutor extends AsyncExecutor {
  override start(): Promise<void> {
    return Promise.reject(new Error("no workers"));
  }
}

/** An executor whose workers come up when that is said. */
class SlowExecutor extends AsyncExecutor {
  readonly started = Promise.withResolvers<void>();

  override start(): Promise<void> {
    return this.started.promise;
  }
}

function setUp(create: (host: ExecutorHost) => Executor) {
  const clock = new VirtualClock();
  const engine = new Engine({ failPolicy: "fail-first" }, { clock, report: () => {} }, create);
  const { signal } = new AbortController();
  return { clock, engine, signal, listeners: countListeners(signal) };
}

test("run: one that can't start leaves neither timer nor listener nor policy behind", async () => {
  const { clock, engine, signal, listeners } = setUp((host) => new BrokenExecutor(host, 1));
  const run = runEngine(engine, {}, { timeout: 10, signal, failPolicy: "continue" });
  assertEquals([clock.pendingTimers, listeners.current, engine.failFirst], [1, 1, false]);
  await assertRejects(() => run, Error, "no workers");
  assertEquals([clock.pendingTimers, listeners.current, engine.failFirst], [0, 0, true]);
});

test("run: its own fail policy and timeout count for it alone, before the queue's", async () => {
  const { clock, engine } = setUp((host) => new AsyncExecutor(host, 1));
  const first = runEngine(engine, { mode: "infinite", timeout: 100 }, { failPolicy: "continue" });
  await clock.advance(99);
  assertEquals(engine.failFirst, false);
  await clock.advance(1);
  const { timedOut, startedAt, duration } = await first;
  assertEquals([timedOut, startedAt, duration, engine.failFirst], [true, 0, 100, true]);
  const second = runEngine(engine, { mode: "infinite", timeout: 100 }, { timeout: 30 });
  await clock.advance(30);
  const { startedAt: then, duration: lasted } = await second;
  assertEquals([then, lasted, clock.pendingTimers], [100, 30, 0]);
});

test("run: one whose time is up when nothing is left is over, though more comes before it is under way", async () => {
  const { clock, engine, signal, listeners } = setUp((host) => new SlowExecutor(host, 1));
  const submit = (fn: () => unknown) =>
    engine.intake.submit([{ fn, args: [] }], 1, DEFAULT_OPTIONS);
  // A task that never yields keeps timers from firing.
  submit(() => clock.elapse(10));
  let summary: RunSummary | undefined;
  runEngine(engine, {}, { timeout: 5, signal }).then((result) => summary = result);
  await clock.advance(0);
  const [last] = submit(() => new Promise<void>(() => {}));
  (engine.executor as SlowExecutor).started.resolve();
  await clock.drain();
  assertEquals([summary?.succeeded, summary?.timedOut, last.status], [1, false, "running"]);
  assertEquals([clock.pendingTimers, listeners.current], [0, 0]);
});
