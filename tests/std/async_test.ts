import { assert, assertEquals, assertRejects } from "@std/assert";
import { delay } from "@std/async";
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
