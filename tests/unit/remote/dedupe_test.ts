import { assertEquals } from "@std/assert";
import { AsyncQueue, attachQueue, inlineTask } from "../../../mod.ts";
import { eventually } from "../../conformance/support.ts";
import { test } from "../../harness.ts";

const double = inlineTask(function double(n: number): number {
  return n * 2;
});

test("remote: a task that stands for several submissions tells each of them", async () => {
  await using queue = new AsyncQueue({ workers: 1 });
  using first = attachQueue(queue.share());
  using second = attachQueue(queue.share());
  const options = { dedupe: "a" };
  const own = await Promise.all([
    ...[first.map(double, [1, 2], options), first.map(double, [3], options)],
    second.map(double, [4], options),
  ]);
  const handles = own.flat();
  assertEquals(new Set(handles.map(({ id }) => id)).size, 1);
  assertEquals(queue.tasks().length, 1);
  const values = Promise.all(handles.map((handle) => handle.value()));
  await queue.start();
  assertEquals(await values, [2, 2, 2, 2]);
  await eventually(
    () => handles.every(({ status, attempts }) => status === "succeeded" && attempts === 1),
    "all have heard of it",
  );
});
