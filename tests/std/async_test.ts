import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { abortable, deadline, delay, retry } from "@std/async";
import { test } from "../harness.ts";

test("std: delay resolves after its time", async () => {
  const start = performance.now();
  assertEquals(await delay(20), undefined);
  assert(performance.now() - start >= 19);
});

test("std: delay ends early with the signal's reason and leaves nothing behind", async () => {
  const controller = new AbortController();
  const waiting = delay(30_000, { signal: controller.signal });
  controller.abort(new RangeError("enough"));
  await assertRejects(() => waiting, RangeError, "enough");
  await assertRejects(() => delay(1, { signal: controller.signal }), RangeError, "enough");
});

test("std: abortable settles as its promise does, or with the signal's reason", async () => {
  const controller = new AbortController();
  assertEquals(await abortable(Promise.resolve(1), controller.signal), 1);
  const failing = Promise.reject(new TypeError("no"));
  await assertRejects(() => abortable(failing, controller.signal), TypeError, "no");
  const never = new Promise<void>(() => {});
  const waiting = abortable(never, controller.signal);
  controller.abort(new RangeError("enough"));
  await assertRejects(() => waiting, RangeError, "enough");
  await assertRejects(() => abortable(never, controller.signal), RangeError, "enough");
});

test("std: deadline settles as its promise does, or rejects after its time", async () => {
  assertEquals(await deadline(Promise.resolve(1), Infinity), 1);
  const never = new Promise<void>(() => {});
  const late = await assertRejects(() => deadline(never, 5));
  assertInstanceOf(late, DOMException);
  assertEquals(late.name, "TimeoutError");
  const signal = AbortSignal.abort(new RangeError("enough"));
  await assertRejects(() => deadline(never, Infinity, { signal }), RangeError, "enough");
});

test("std: retry calls again until it succeeds", async () => {
  let calls = 0;
  const succeedAt = (number: number) => () => {
    if (++calls < number) throw new Error(`call ${calls}`);
    return calls;
  };
  assertEquals(await retry(succeedAt(5), { minTimeout: 0 }), 5);
  calls = 0;
  const options = { minTimeout: 1, maxTimeout: 2, multiplier: 1, jitter: 0, maxAttempts: 3 };
  const error = await assertRejects(() => retry(succeedAt(5), options), Error, "maxAttempts (3)");
  assertEquals([error.name, `${error.cause}`, calls], ["RetryError", "Error: call 3", 3]);
});

test("std: retry refuses a minTimeout above maxTimeout before it calls", async () => {
  const fn = () => Promise.reject(new Error("called"));
  await assertRejects(
    () => retry(fn, { minTimeout: 2, maxTimeout: 1 }),
    RangeError,
    "minTimeout=2",
  );
});
