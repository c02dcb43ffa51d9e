import { assert, assertEquals } from "@std/assert";
import { Recorder } from "../../../src/dashboard/recorder.ts";
import { STATUSES } from "../../../src/report/page_data.ts";
import { test } from "../../harness.ts";
import { cancelled, failed, ran } from "../report/support.ts";
import { FakeQueue } from "./support.ts";

/** A recorder of a queue that does nothing, at a time that the test sets. */
function recording(): { queue: FakeQueue; recorder: Recorder; clock: { now: number } } {
  const queue = new FakeQueue();
  const clock = { now: 1_000 };
  return { queue, clock, recorder: new Recorder(queue, "images", () => clock.now) };
}

const statusOf = ({ status }: { readonly status: number }) => STATUSES[status];

test("recorder: attempts are told of one by one, with when and on which worker they ran", () => {
  const { queue, recorder, clock } = recording();
  queue.start("q-1", "resize");
  queue.end(ran(2, 1_000, 1_040, { id: "q-1", name: "resize" }));
  queue.end(failed(new TypeError("no"), 3, 1_010, 1_020, { id: "q-2", name: "fetch" }));
  queue.end(cancelled("enough", 1_030, { id: "q-3" }));
  clock.now = 1_050;
  recorder.tick();
  const { attempts, blocks } = recorder.timelineSince(0);
  assertEquals(blocks, []);
  assertEquals(
    attempts.map((it) => [it.id, it.name, it.worker, it.from, it.to, statusOf(it), it.message]),
    [
      ["q-1", "resize", 2, 0, 40, "succeeded", null],
      ["q-2", "fetch", 3, 10, 20, "failed", "TypeError: no"],
    ],
  );
  recorder.tick();
  assertEquals(recorder.timelineSince(0).attempts, attempts);
  assertEquals(recorder.timelineSince(1).attempts, []);
});

test("recorder: an attempt that is followed by another is told of, and its cause counted", () => {
  const { queue, recorder, clock } = recording();
  const handle = queue.start("q-1", "fetch", 1, 5);
  assertEquals(recorder.state().running.map(({ id, from, to }) => [id, from, to]), [
    ["q-1", 0, null],
  ]);
  clock.now = 1_100;
  queue.retry(handle, new RangeError("port 80 is closed"));
  assertEquals(recorder.state().running, []);
  queue.start("q-1", "fetch", 2, 6);
  const attemptHistory = [
    { number: 1, workerId: 5, startedAt: 1_000, finishedAt: 1_100 },
    { number: 2, workerId: 6, startedAt: 1_100, finishedAt: 1_300 },
  ];
  queue.end(
    ran(6, 1_000, 1_300, { id: "q-1", name: "fetch", attempts: 2, attemptHistory }),
  );
  recorder.tick();
  const { attempts } = recorder.timelineSince(0);
  assertEquals(attempts.map((it) => [it.number, it.from, it.to, statusOf(it)]), [
    [1, 0, 100, "retried"],
    [2, 100, 300, "succeeded"],
  ]);
  const { retries, kinds } = recorder.state();
  assertEquals(retries.map(({ name, message, count }) => [name, message, count]), [
    ["RangeError", "port 80 is closed", 1],
  ]);
  assertEquals([kinds[0].tasks, kinds[0].retries], [1, 1]);
});

test("recorder: counts by name, by second, by cause and latencies are those of what was told", () => {
  const { queue, recorder, clock } = recording();
  for (let i = 0; i < 100; i++) {
    const start = 1_000 + i * 10;
    const fields = { name: i % 2 === 0 ? "even" : "odd", createdAt: start - 5 };
    if (i % 10 === 3) {
      queue.end(failed(new Error(`item ${i} is gone`), 1, start, start + 9, fields));
    } else queue.end(ran(1, start, start + 9, fields));
    clock.now = start + 9;
  }
  recorder.tick();
  const { seconds, kinds, failures, latency } = recorder.state();
  assertEquals(seconds.succeeded.reduce((a, b) => a + b), 90);
  assertEquals(seconds.failed.reduce((a, b) => a + b), 10);
  assertEquals(failures.map(({ message, count }) => [message, count]), [["item 3 is gone", 10]]);
  assertEquals(kinds.map(({ name, tasks, failed, busy }) => [name, tasks, failed, busy]), [
    ["even", 50, 0, 450],
    ["odd", 50, 10, 450],
  ]);
  for (const { wait, run } of [latency.recent, latency.all]) {
    assert(Math.abs(wait!.p50 - 5) < 0.3 && Math.abs(run!.p95 - 9) < 0.5);
    assertEquals([wait!.max, run!.max], [5, 9]);
  }
});

test("recorder: of many tasks between two updates it tells the first and all that are left together", () => {
  const { queue, recorder, clock } = recording();
  for (let i = 0; i < 1_000; i++) {
    queue.end(ran(1 + i % 2, 1_000 + i * 0.1, 1_000.05 + i * 0.1, { id: `q-${i}` }));
    queue.end(failed(new Error("no"), 1, 1_000 + i * 0.1, 1_000.05 + i * 0.1));
  }
  clock.now = 1_250;
  recorder.tick();
  const { attempts, blocks } = recorder.timelineSince(0);
  assert(attempts.length <= 100);
  assertEquals(attempts.filter((it) => statusOf(it) === "failed").length, 50);
  const succeeded = attempts.filter((it) => statusOf(it) === "succeeded").length;
  assertEquals(blocks.reduce((sum, { count }) => sum + count, succeeded), 1_000);
  for (const { from, to, busy } of blocks) assert(busy <= to - from);
});

test("recorder: takes no more room after an hour of names, causes and tasks than after minutes", () => {
  const { queue, recorder, clock } = recording();
  const sizes: number[] = [];
  for (let tick = 0; tick < 4 * 3_600; tick++) {
    for (let i = 0; i < 3; i++) {
      const name = `task ${tick} ${i}`;
      const fields = { id: `${tick}-${i}`, name };
      queue.start(fields.id, name);
      const at = clock.now + i;
      if (i === 0) queue.end(ran(1, at, at + 10, fields));
      else {
        const error = Object.assign(new Error("no".repeat(i)), { name: `Error${tick % 5_000}` });
        error.stack = "";
        queue.end(failed(error, 1, at, at + 10, fields));
      }
    }
    clock.now += 250;
    recorder.tick();
    if (tick % 1_200 === 1_199) {
      sizes.push(JSON.stringify([recorder.state(), recorder.timelineSince(0)]).length);
    }
  }
  assert(sizes.at(-1)! < sizes[0]! * 1.1, `${sizes}`);
  assert(sizes[0]! < 300_000, `${sizes}`);
  const { kinds } = recorder.state();
  assertEquals(kinds[0].name, "(other names)");
});

test("recorder: rates and charts forget what is long past, also when nobody ticked for a while", () => {
  const { queue, recorder, clock } = recording();
  for (let i = 0; i < 50; i++) queue.end(ran(1, 1_000, 1_500 + i));
  clock.now = 2_100;
  recorder.tick();
  assertEquals(recorder.overview().perSecond, 10);
  clock.now = 500_000;
  recorder.tick();
  const { seconds, latency, perSecond } = recorder.state();
  assertEquals(Math.max(...seconds.succeeded), 0);
  assertEquals([perSecond, latency.recent.run, latency.all.run!.max], [0, null, 549]);
});

test("recorder: tells what runs, by worker, and how much did at once", () => {
  const { queue, recorder, clock } = recording();
  for (const worker of [1, 2, 3]) {
    clock.now += 10;
    queue.start(`q-${worker}`, "task", 1, worker);
  }
  const ids = () => recorder.state().running.map(({ id, worker }) => `${id} on ${worker}`);
  assertEquals(ids(), ["q-1 on 1", "q-2 on 2", "q-3 on 3"]);
  queue.end(ran(1, 1_010, 1_040, { id: "q-1" }));
  clock.now += 10;
  queue.start("q-4", "task", 1, 1);
  queue.end(ran(2, 1_020, 1_050, { id: "q-2" }));
  recorder.tick();
  assertEquals(ids(), ["q-3 on 3", "q-4 on 1"]);
  assertEquals(recorder.state().seconds.running.at(-1), 3);
});

test("recorder: tells when the queue will be empty, unless it is filled up", () => {
  const { queue, recorder, clock } = recording();
  const emptyIn = () => recorder.state().emptyIn;
  const second = (pending: number, ended: number) => {
    queue.stats = { ...queue.stats, pending, active: 2 };
    recorder.tick();
    for (let i = 0; i < ended; i++) queue.end(ran(1, clock.now, clock.now + 5));
    clock.now += 1_000;
    recorder.tick();
  };
  assertEquals(emptyIn(), null);
  // 100 end each second, and as many come.
  for (let i = 0; i < 10; i++) second(1_000 + i % 3, 100);
  assertEquals(emptyIn(), null);
  for (let i = 1; i <= 12; i++) second(2_000 - 100 * i, 100);
  queue.stats = { ...queue.stats, pending: 700, active: 0 };
  assertEquals(emptyIn(), 7_000);
  queue.stats = { ...queue.stats, pending: 0, active: 0 };
  assertEquals(emptyIn(), null);
});

test("recorder: tells what tasks were submitted with, and looks at little of it", () => {
  const { queue, recorder } = recording();
  const inputs: [metadata: unknown, input: string | null][] = [
    [undefined, null],
    ["a.png", "a.png"],
    ["x".repeat(1_000), `${"x".repeat(199)}…`],
    [{ url: "b", size: [1, 2] }, '{ url: "b", size: [1, 2] }'],
    [{ toJSON: () => "said" }, "said"],
    [new Uint8Array(1 << 20), "an instance of Uint8Array"],
    [Array(1_000_000).fill("x"), `[${Array(8).fill('"x"').join(", ")}, …]`],
    [{
      get bad() {
        throw new Error("no");
      },
    }, "an object"],
  ];
  for (const [metadata, input] of inputs) {
    queue.end(ran(1, 1_000, 1_010, { metadata }));
    recorder.tick();
    const { attempts } = recorder.timelineSince(recorder.lastTick - 1);
    assertEquals(attempts[0]!.input, input);
  }
});

test("recorder: is quiet when nothing has run for some ticks", () => {
  const { queue, recorder } = recording();
  const quiet = () => {
    recorder.tick();
    return recorder.quietTicks;
  };
  assertEquals([quiet(), quiet()], [1, 2]);
  queue.start("q-1");
  assertEquals(quiet(), 0);
  queue.end(ran(1, 1_000, 1_001, { id: "q-1" }));
  assertEquals([quiet(), quiet()], [0, 1]);
  queue.stats = { ...queue.stats, active: 1 };
  assertEquals(quiet(), 0);
});

test("recorder: says what the queue is doing, and which keys hold back", () => {
  const { queue, recorder } = recording();
  const state = (change: Partial<typeof queue.stats>) => {
    queue.stats = { ...queue.stats, ...change };
    return recorder.overview().state;
  };
  assertEquals(state({}), "idle");
  assertEquals(state({ pending: 3 }), "waiting");
  assertEquals(state({ active: 2 }), "running");
  assertEquals(state({ paused: true }), "paused");
  assertEquals(state({ closed: true }), "closed");
  queue.loads = [
    { limit: "host", key: "a", waiting: 1, running: 2 },
    { limit: "host", key: "b", waiting: 9, running: 2 },
  ];
  queue.workers = Infinity;
  assertEquals(recorder.state().keys.map(({ key }) => key), ["b", "a"]);
  assertEquals(recorder.state().counts.workers, 2);
});

test("recorder: errors that can't be looked at are no obstacle", () => {
  const { queue, recorder } = recording();
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  for (const error of [proxy, null, undefined, Object.create(null), Symbol("s"), 7n]) {
    queue.retry(queue.start("q-1"), error);
    queue.end(failed(error, 1, 1_000, 1_001, { message: "odd" }));
  }
  const { failures, retries } = recorder.state();
  assertEquals(failures.reduce((sum, { count }) => sum + count, 0), 6);
  assertEquals(retries.reduce((sum, { count }) => sum + count, 0), 6);
  recorder.tick();
  JSON.stringify([recorder.state(), recorder.timelineSince(0)]);
});

test("recorder: stops watching when it is disposed of", () => {
  const { queue, recorder } = recording();
  assertEquals(queue.hooks.size, 1);
  recorder[Symbol.dispose]();
  assertEquals(queue.hooks.size, 0);
});
