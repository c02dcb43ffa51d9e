import { assert, assertEquals, assertFalse, assertInstanceOf } from "@std/assert";
import {
  ExecutionError,
  NotPortableError,
  QueueClosedError,
  QueueFullError,
  QueueStateError,
  TaskCancelledError,
  TaskTimeoutError,
  TrilaneError,
  WorkerCrashError,
} from "../../mod.ts";
import { test } from "../harness.ts";
import { lanes } from "./lanes.ts";
import { withQueue } from "./support.ts";

test("errors: each class is a TrilaneError with a name of its own", () => {
  const names = [
    [new TrilaneError("m"), "TrilaneError"],
    [new QueueClosedError("m"), "QueueClosedError"],
    [new QueueFullError("m"), "QueueFullError"],
    [new QueueStateError("m"), "QueueStateError"],
    [new TaskTimeoutError("m"), "TimeoutError"],
    [new TaskCancelledError("m"), "AbortError"],
    [new NotPortableError("m"), "NotPortableError"],
    [new WorkerCrashError("m", { workerId: 1 }), "WorkerCrashError"],
  ] as const;
  for (const [error, name] of names) {
    assertInstanceOf(error, TrilaneError);
    assertInstanceOf(error, Error);
    assertEquals([error.name, error.message, `${error}`], [name, "m", `${name}: m`]);
    assert(error.stack?.includes("errors_test"), error.stack);
  }
  const classes = names.map(([error]) => error.constructor);
  for (const [error] of names.slice(1)) {
    assertEquals(classes.slice(1).filter((Class) => error instanceof Class), [error.constructor]);
  }
});

test("errors: ExecutionError is an AggregateError with results", () => {
  const error = new ExecutionError([1, 2], "2 of 2 failed", ["a", "b"]);
  assertInstanceOf(error, AggregateError);
  assertFalse((error as Error) instanceof TaskTimeoutError);
  assertEquals([error.name, error.message, error.errors, error.results], [
    ...["ExecutionError", "2 of 2 failed", [1, 2], ["a", "b"]],
  ]);
});

test("errors: a cause can be given", () => {
  const cause = new Error("cause");
  assertEquals(new TaskCancelledError("m", { cause }).cause, cause);
});

for (const lane of lanes) {
  const { tasks } = lane;

  test(`${lane.name}: the error of a task is its own, with class, message and stack`, () =>
    withQueue(lane, {}, async (queue) => {
      await queue.start();
      const error = await queue.submit(tasks.failTyped).value().catch((error) => error);
      assertInstanceOf(error, RangeError);
      assertEquals([error.name, error.message], ["RangeError", "out of range"]);
      assertInstanceOf(error.cause, TypeError);
      assertEquals([error.cause.message, (error as { code?: unknown }).code], ["inner", "E_RANGE"]);
      assert(error.stack?.includes("failTyped"), error.stack);
    }));

  test(`${lane.name}: any value can be thrown`, () =>
    withQueue(lane, {}, async (queue) => {
      await queue.start();
      for (const value of ["text", 7, null, undefined, { own: 1 }, [1], false]) {
        const result = await queue.submit(tasks.throwValue, [value]);
        assert(result.status === "failed");
        assertEquals<unknown>(result.error, value);
        const { value: caught } = await queue.submit(tasks.throwValue, [value]).value()
          .then(() => ({ value: "nothing thrown" }), (value) => ({ value }));
        assertEquals<unknown>(caught, value);
      }
    }));

  test(`${lane.name}: the message of an ExecutionError counts and shows the first`, () =>
    withQueue(lane, { workers: 1 }, async (queue) => {
      await queue.start();
      const group = queue.group(tasks.positive, [1, -2, -3]);
      const error = await group.values().catch((error) => error);
      assertInstanceOf(error, ExecutionError);
      for (const text of ["2 of 3", "'positive'", "negative: -2"]) {
        assert(error.message.includes(text), error.message);
      }
      assertFalse(error.message.endsWith("."));
    }));
}
