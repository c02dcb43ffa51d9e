import { assert, assertEquals } from "@std/assert";
import { AsyncQueue, type QueueOptions, type TaskOptions } from "../../mod.ts";
import { VirtualClock } from "../../src/testing/virtual_clock.ts";
import { assertRefused } from "../conformance/support.ts";
import { test } from "../harness.ts";
import { asyncLane, lanes, soundly } from "./support.ts";

const DAY = 86_400_000;

/** A started queue on a clock of its own. */
async function onClock(
  body: (queue: AsyncQueue, clock: VirtualClock) => Promise<void>,
  options: QueueOptions = {},
): Promise<void> {
  const clock = new VirtualClock(1000);
  const queue = await new AsyncQueue({ ...options, clock }).start();
  await body(queue, clock);
  await queue.cancel();
  assertEquals(clock.pendingTimers, 0);
}

/** Jumps of the time of day, and whether a task is due that was to run in a minute. */
const jumps: readonly [string, number, boolean][] = [
  ["61 s forward", 61_000, true],
  ["a year forward", 365 * DAY, true],
  ["to the end of time", 8.64e15, true],
  ["50 s forward", 50_000, false],
  ["back by a year", -365 * DAY, false],
  ["to before 1970", -100 * 365 * DAY, false],
];
for (const [name, by, due] of jumps) {
  test(`the time of day jumps ${name}: a task that was to run in a minute is ${due ? "" : "not "}due`, () =>
    onClock(async (queue, clock) => {
      const start = clock.wallNow();
      const handle = queue.submit(() => 1, { runAt: start + 60_000 });
      const delayed = queue.submit(() => 1, { delay: 60_000 });
      await clock.advance(10);
      clock.setSystemTime(by === 8.64e15 ? by - 10_000 : clock.wallNow() + by);
      await clock.advance(3_000);
      assertEquals([handle.status, delayed.status], [due ? "succeeded" : "scheduled", "scheduled"]);
      await clock.advance(57_000);
      assertEquals(delayed.status, "succeeded");
    }));
}

test("the time of day jumps to and fro a hundred times: each task runs once, none before its time", () =>
  onClock(async (queue, clock) => {
    const start = clock.wallNow();
    const ran: number[] = [];
    const handles = Array.from({ length: 20 }, (_, n) =>
      queue.submit(() => {
        const at = clock.wallNow() - start;
        assert(at >= n * 60_000, `task ${n} at ${at}`);
        ran.push(n);
      }, { runAt: start + n * 60_000 }));
    for (let n = 0; n < 100; n++) {
      clock.setSystemTime(start + (n % 2 === 0 ? n * 10_000 : -DAY));
      await clock.advance(1_500);
    }
    clock.setSystemTime(start + DAY);
    await clock.advance(2_000);
    assertEquals(ran.toSorted((a, b) => a - b), handles.map((_, n) => n));
  }));

/** What an error may say of when to come back, and after how many milliseconds its task does. */
const retryAfters: readonly [unknown, number][] = [
  [0, 0],
  [-0, 0],
  [5_000, 5_000],
  [2 ** 31, 2 ** 31],
  [30 * DAY, 30 * DAY],
  // No time: the delay of the options stands.
  [NaN, 70],
  [-1, 70],
  [-Infinity, 70],
  ["100", 70],
  [10n, 70],
  [null, 70],
  [{ valueOf: () => 9 }, 70],
  // No retry comes after it: the longest delay that is allowed.
  [Infinity, 90],
];
for (const [retryAfter, wait] of retryAfters) {
  test(`a task whose error has retryAfter ${show(retryAfter)} is retried after ${wait} ms`, () =>
    onClock(async (queue, clock) => {
      let attempts = 0;
      const handle = queue.submit(() => {
        if (++attempts === 1) throw Object.assign(new Error(), { retryAfter });
      }, { retries: 1, retryDelay: 70, maxRetryDelay: 90 });
      await clock.advance(0);
      if (wait > 0) {
        await clock.advance(wait - 1);
        assertEquals(attempts, 1);
      }
      await clock.advance(1);
      assertEquals([attempts, handle.status], [2, "succeeded"]);
    }));
}

function show(value: unknown): string {
  return typeof value === "object" && value !== null
    ? "an object"
    : Object.is(value, -0)
    ? "-0"
    : typeof value === "string"
    ? `"${value}"`
    : String(value);
}

test("delays and times may be as long as numbers go: they are waited for, and can be cancelled", () =>
  onClock(async (queue, clock) => {
    const long = [2 ** 31 - 1, 2 ** 31, 2 ** 32 + 5, 1e15];
    const handles = long.map((delay) => queue.submit(() => 1, { delay }));
    const endless = [1e300, Number.MAX_VALUE, Infinity].map((delay) =>
      queue.submit(() => 1, { delay })
    );
    endless.push(
      queue.submit(() => 1, { runAt: 8.64e15 }),
      queue.submit(() => 1, { runAt: 1e308 }),
    );
    await clock.advance(2 ** 31 - 2);
    assertEquals(handles.map(({ status }) => status), Array(4).fill("scheduled"));
    await clock.advance(1);
    await clock.advance(1);
    assertEquals(handles.map(({ done }) => done), [true, true, false, false]);
    assert(clock.pendingTimers === 1, "one timer serves all");
    for (const handle of [...handles, ...endless]) handle.cancel();
    assertEquals(endless.map(({ status }) => status), Array(5).fill("cancelled"));
  }));

test("times that have passed are now, as long ago as numbers go", () =>
  onClock(async (queue, clock) => {
    const handles = [0, -1, -8.64e15, -1e308, new Date(0), -0].map((runAt) =>
      queue.submit(() => 1, { runAt })
    );
    await clock.advance(0);
    assertEquals(handles.map(({ status }) => status), Array(6).fill("succeeded"));
  }));

test("retries as often and as far apart as numbers go neither overflow nor come at once", () =>
  onClock(async (queue, clock) => {
    let attempts = 0;
    const fail = () => {
      attempts++;
      throw new Error("again");
    };
    const handle = queue.submit(fail, {
      retries: Infinity,
      retryDelay: 1,
      backoff: 1e308,
      jitter: 1,
    });
    await clock.advance(10);
    assertEquals([attempts, handle.status], [2, "retrying"]);
    handle.cancel();
    const capped = queue.submit(fail, {
      retries: 1e308,
      retryDelay: 1,
      backoff: 1e308,
      maxRetryDelay: 5,
    });
    attempts = 0;
    await clock.advance(50);
    assert(attempts >= 10 && attempts <= 12, `${attempts} attempts`);
    capped.cancel();
  }));

/** Values of options that are no numbers, or out of range, by option. */
const wrong: Readonly<Record<string, readonly unknown[]>> = {
  timeout: [NaN, 0, -0, -1, -Infinity, "5", 5n, null, new Date(), []],
  retries: [NaN, -1, 1.5, "1", 1n, null],
  retryDelay: [NaN, -1, -Infinity, "1"],
  backoff: [NaN, 0, -0, -1],
  maxRetryDelay: [NaN, -1],
  jitter: [NaN, -0.1, 1.1, Infinity],
  delay: [NaN, -1, "1", new Date()],
  runAt: [NaN, Infinity, -Infinity, new Date(NaN), "2030-01-01", 5n, null],
  priority: [NaN, "1", 1n, null, {}],
  grace: [NaN, -1],
  name: [7, null, Symbol("x"), {}],
  metadata: [],
};
for (const lane of lanes) {
  test(`${lane.name}: numbers that are none, or out of range, are refused, and nothing is submitted`, () =>
    soundly(lane, { workers: 1 }, (queue) => {
      for (const [name, values] of Object.entries(wrong)) {
        for (const value of values) {
          const options = { [name]: value } as TaskOptions;
          let error: unknown;
          try {
            queue.submit(lane.tasks.add, [1, 1], options);
          } catch (thrown) {
            error = thrown;
          }
          assert(
            error instanceof TypeError || error instanceof RangeError,
            `${name}: ${show(value)}`,
          );
          assert(error.message.includes(name), error.message);
        }
      }
      assertRefused(
        queue,
        () => queue.submit(lane.tasks.add, [1, 1], { delay: 1, runAt: 1 }),
        TypeError,
      );
      return Promise.resolve();
    }));
}

test("priorities may be as large and as small as numbers go, and -0 is 0", () =>
  soundly(asyncLane, { workers: 1 }, async (queue) => {
    queue.pause();
    const order: number[] = [];
    const priorities = [Infinity, 1e308, 0, -0, 5e-324, -5e-324, -1e308, -Infinity];
    for (const priority of priorities) {
      queue.submit(() => void order.push(priority), { priority });
    }
    queue.resume();
    await queue.join();
    assertEquals(order, [-Infinity, -1e308, -5e-324, 0, -0, 5e-324, 1e308, Infinity]);
  }));

test("an option that throws when it is read is thrown to the caller, and nothing is submitted", () =>
  soundly(asyncLane, {}, (queue) => {
    const metadata = {
      get: (): never => {
        throw new RangeError("asked");
      },
    };
    const options = Object.defineProperty({}, "metadata", { ...metadata, enumerable: true });
    assertRefused(queue, () => queue.submit(() => 1, options), RangeError, "asked");
    return Promise.resolve();
  }));

test("metadata may throw when it is looked at: results carry it, and become JSON without it", () =>
  soundly(asyncLane, {}, async (queue) => {
    const metadata = {
      get field(): never {
        throw new Error("asked");
      },
    };
    const result = await queue.submit(() => 1, { metadata });
    assertEquals(result.metadata === metadata, true);
    assertEquals(typeof JSON.parse(JSON.stringify(result)), "object");
  }));

test("rates may be as small and as large as numbers go", async () => {
  for (const rate of [5e-324, 1e-300, 1e308, Number.MAX_VALUE]) {
    await onClock(async (queue, clock) => {
      const handles = queue.map((n: number) => n, [1, 2]);
      await clock.advance(1000);
      assertEquals(handles.map(({ done }) => done), [true, rate > 1]);
    }, { rate });
  }
});
