import { assert, assertEquals, assertThrows } from "@std/assert";
import { AsyncQueue, type RunSummary, WorkerCrashError } from "../../../mod.ts";
import { toHTML, toTrace } from "../../../src/report/mod.ts";
import { VirtualClock } from "../../../src/testing/virtual_clock.ts";
import { test } from "../../harness.ts";
import { cancelled, failed, ran, summaryOf } from "./support.ts";

/** An event of any kind, as it is in the file. */
interface TraceEvent {
  ph: string;
  name: string;
  cat: string;
  pid: number;
  tid: number;
  id: string;
  ts: number;
  dur: number;
  s: string;
  args: Record<string, unknown>;
}

/** The events of a summary's trace, as they come out of the file. */
function eventsOf(summary: RunSummary): TraceEvent[] {
  const trace = toTrace(summary);
  const read = JSON.parse(JSON.stringify(trace));
  assertEquals(read, trace);
  read.traceEvents.forEach(assertValid);
  return read.traceEvents;
}

const FIELDS: Record<string, readonly string[]> = {
  M: ["name", "pid", "args"],
  X: ["name", "cat", "pid", "tid", "ts", "dur", "args"],
  b: ["name", "cat", "pid", "id", "ts", "args"],
  e: ["name", "cat", "pid", "id", "ts"],
  i: ["name", "cat", "pid", "tid", "ts", "s", "args"],
  C: ["name", "pid", "ts", "args"],
};

function assertValid(event: TraceEvent): void {
  const fields = Object.keys(event);
  for (const field of FIELDS[event.ph]!) assert(fields.includes(field), JSON.stringify(event));
  for (const time of [event.ts, event.dur]) {
    assert(time === undefined || (Number.isInteger(time) && time >= 0), JSON.stringify(event));
  }
}

/** The names of the rows, by number. */
function rowsOf(events: TraceEvent[]): Record<number, unknown> {
  return Object.fromEntries(
    events.filter(({ name }) => name === "thread_name").map(({ tid, args }) => [tid, args.name]),
  );
}

const runs = (events: TraceEvent[]) => events.filter(({ ph }) => ph === "X");
const marks = (events: TraceEvent[]) =>
  events.filter(({ ph }) => ph === "i").map(({ name, cat, tid, ts, s }) => ({
    ...{ name, cat, tid, ts, s },
  }));
/** What waited, as `[name, from, to]`. */
function waits(events: TraceEvent[]): [string, number, number][] {
  return events.filter(({ ph }) => ph === "b").map(({ name, id, cat, ts }) => {
    const end = events.find((other) =>
      other.ph === "e" && other.id === id && other.cat === cat && other.name === name &&
      other.ts >= ts
    );
    return [name, ts, end!.ts];
  });
}

test("trace: attempts are on the rows of their workers, waits beside them", () => {
  const events = eventsOf(summaryOf([
    ran(1, 1, 3, { id: "q1-1", name: "a", groupId: "g" }),
    ran(2, 1.5, 2.25, { id: "q1-2", name: "b", createdAt: 1, priority: 0 }),
    ran(1, 3, 3, { id: "q1-3", name: "c", scheduledFor: 2 }),
  ]));
  assertEquals(rowsOf(events), { 1: "Worker 1", 2: "Worker 2" });
  assertEquals(runs(events).map(({ name, tid, ts, dur }) => [name, tid, ts, dur]), [
    ["a", 1, 1000, 2000],
    ["c", 1, 3000, 0],
    ["b", 2, 1500, 750],
  ]);
  assertEquals(runs(events)[0].args, {
    ...{ task: "a", id: "q1-1", priority: 3, groupId: "g" },
    ...{ attempt: 1, attempts: 1, status: "succeeded" },
  });
  assertEquals(waits(events), [
    ["waiting: a", 0, 1000],
    ["waiting: b", 1000, 1500],
    ["delayed: c", 0, 2000],
    ["waiting: c", 2000, 3000],
  ]);
  assertEquals(marks(events), []);
});

test("trace: failures, timeouts, crashes, retries and cancellations are marks of their own", async () => {
  const clock = new VirtualClock();
  const queue = new AsyncQueue({ clock, workers: 4 });
  const pending = Promise.withResolvers<void>();
  const fail = (error: Error) => {
    throw error;
  };
  const crash = new WorkerCrashError("Worker 1 died", { workerId: 1 });
  queue.submit(fail, [new TypeError("no")], { name: "fails" });
  queue.submit(fail, [crash], { name: "crashes", retries: 1, retryDelay: 5 });
  queue.submit(() => pending.promise, { name: "times out", timeout: 10 });
  const running = queue.submit(() => pending.promise, { name: "is cancelled" });
  const waiting = queue.submit(() => {}, { name: "never runs", delay: 100 });
  const run = queue.run();
  await clock.advance(20);
  running.cancel("enough");
  waiting.cancel("not needed");
  const events = eventsOf(await run);
  pending.resolve();
  await queue.shutdown();

  const queueRow = Number(Object.entries(rowsOf(events)).find(([, name]) => name === "Queue")![0]);
  const row = (name: string, attempt = 1) =>
    runs(events).find((event) => event.name === name && event.args.attempt === attempt)!.tid;
  const at = (name: string, cat: string, tid: number, ts: number) => //
  ({ name, cat, tid, ts, s: "t" });
  const expected = [
    at("failed", "failure", row("fails"), 0),
    at("worker crash", "crash", row("crashes"), 0),
    at("retry", "retry", row("crashes"), 0),
    at("worker crash", "crash", row("crashes", 2), 5000),
    at("failed", "failure", row("crashes", 2), 5000),
    at("timeout", "timeout", row("times out"), 10_000),
    at("failed", "failure", row("times out"), 10_000),
    at("cancelled", "cancel", row("is cancelled"), 20_000),
    at("cancelled", "cancel", queueRow, 20_000),
  ];
  const key = (mark: (typeof expected)[number]) => JSON.stringify(mark);
  assertEquals(marks(events).map(key).sort(), expected.map(key).sort());
  assertEquals(runs(events).some(({ tid }) => tid === queueRow), false);
  assertEquals(
    runs(events).map(({ name, args }) => [name, args.attempt, args.status, args.error]).sort(),
    [
      ["crashes", 1, "retried", "WorkerCrashError: Worker 1 died"],
      ["crashes", 2, "failed", "WorkerCrashError: Worker 1 died"],
      ["fails", 1, "failed", "TypeError: no"],
      ["is cancelled", 1, "cancelled", "'enough'"],
      [
        ...["times out", 1, "failed"],
        "TimeoutError: Task 'times out' timed out: attempt 1 ran longer than 10 ms",
      ],
    ],
  );
  assertEquals(waits(events), [
    ["waiting for retry: crashes", 0, 5000],
    ["delayed: never runs", 0, 20_000],
  ]);
});

test("trace: a task that was cancelled while it waited for its retry", async () => {
  const clock = new VirtualClock();
  const queue = new AsyncQueue({ clock, workers: 1 });
  const handle = queue.submit(
    () => {
      clock.elapse(2);
      throw new Error("no");
    },
    { name: "t", retries: 1, retryDelay: 100 },
  );
  const run = queue.run();
  await clock.advance(50);
  handle.cancel();
  const events = eventsOf(await run);
  await queue.shutdown();
  assertEquals(runs(events).map(({ ts, dur, args }) => [ts, dur, args.status]), [
    [0, 2000, "retried"],
  ]);
  assertEquals(marks(events).map(({ name, tid, ts }) => [name, tid, ts]), [
    ["retry", 1, 2000],
    ["cancelled", 2, 50_000],
  ]);
  assertEquals(waits(events), [["waiting for retry: t", 2000, 50_000]]);
});

test("trace: counters tell how much waits and runs, whenever that changes", () => {
  const events = eventsOf(summaryOf([
    ran(1, 1, 3),
    ran(2, 1, 2),
    ran(1, 3, 5, { scheduledFor: 2 }),
    cancelled("no need", 4, { createdAt: 2 }),
  ]));
  assertEquals(
    events.filter(({ ph }) => ph === "C").map(({ ts, args }) => [ts, args.waiting, args.running]),
    [[0, 2, 0], [1000, 0, 2], [2000, 2, 1], [3000, 1, 1], [4000, 0, 1], [5000, 0, 0]],
  );
});

test("trace: attempts of one worker that overlap get rows of their own", () => {
  const events = eventsOf(summaryOf([
    ran(2, 0, 10),
    ran(2, 5, 15),
    ran(2, 10, 20),
    ran(undefined, 0, 5),
    ran(undefined, 4, 9),
  ]));
  assertEquals(rowsOf(events), {
    2: "Worker 2",
    3: "Worker 2 (2)",
    4: "Unknown worker",
    5: "Unknown worker (2)",
  });
  assertEquals(runs(events).map(({ tid, ts }) => [tid, ts]), [
    ...[[2, 0], [2, 10_000], [3, 5000]],
    ...[[4, 0], [5, 4000]],
  ]);
});

test("trace: time begins with the run, or with the first submission before it", () => {
  const startOf = (createdAt: number) =>
    runs(eventsOf(summaryOf([ran(1, 60, 70, { createdAt })], { startedAt: 50 })))[0].ts;
  assertEquals([startOf(55), startOf(50), startOf(20)], [10_000, 10_000, 40_000]);
});

test("trace: a run that timed out says so where that was", () => {
  const events = eventsOf(summaryOf([ran(1, 1, 2)], { timedOut: true, duration: 30 }));
  assertEquals(marks(events), [
    { name: "run timed out", cat: "timeout", tid: 2, ts: 30_000, s: "g" },
  ]);
});

test("trace: of no tasks and of tasks whose results were not kept", () => {
  assertEquals(eventsOf(summaryOf([])).map(({ ph }) => ph), ["M"]);
  const trace = toTrace(summaryOf([], { more: 7 })) as { otherData: Record<string, unknown> };
  assertEquals([trace.otherData.total, trace.otherData.shown], [7, 0]);
});

test("trace: errors that can't be looked at are no obstacle", () => {
  const { proxy, revoke } = Proxy.revocable(new Error("no"), {});
  const result = failed(proxy, 1, 0, 1, { message: "an object" });
  revoke();
  const [event] = runs(eventsOf(summaryOf([result, cancelled("x", 1)])));
  assertEquals(event.args.error, "an object");
});

test("trace: what is no summary is refused, by the page too", () => {
  for (const value of [undefined, null, 5, {}, [], { results: [] }]) {
    for (const make of [toTrace, toHTML]) {
      assertThrows(() => make(value as never), TypeError, "The summary must be a RunSummary: got ");
    }
  }
});
