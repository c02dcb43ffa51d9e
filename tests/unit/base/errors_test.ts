import { assert, assertEquals, assertFalse, assertStrictEquals } from "@std/assert";
import * as trilane from "../../../mod.ts";
import { reasonOf, show } from "../../../src/base/errors.ts";
import { test } from "../../harness.ts";

const {
  ExecutionError,
  NotPortableError,
  QueueClosedError,
  QueueFullError,
  QueueStateError,
  TaskCancelledError,
  TaskTimeoutError,
  TrilaneError,
  WorkerCrashError,
} = trilane;

/** One error of each class, and its name. */
const cause = new Error("cause");
const errors: [Error, string][] = [
  [new TrilaneError("message", { cause }), "TrilaneError"],
  [new QueueClosedError("message", { cause }), "QueueClosedError"],
  [new QueueFullError("message", { cause }), "QueueFullError"],
  [new QueueStateError("message", { cause }), "QueueStateError"],
  [new TaskTimeoutError("message", { cause }), "TimeoutError"],
  [new TaskCancelledError("message", { cause }), "AbortError"],
  [new NotPortableError("message", { cause }), "NotPortableError"],
  [new WorkerCrashError("message", { workerId: 1 }, { cause }), "WorkerCrashError"],
];

test("errors: each has its name, message and cause", () => {
  for (const [error, name] of errors) {
    assertEquals([error.name, error.message, error.cause], [name, "message", cause]);
    assertEquals(`${error}`, `${name}: message`);
  }
});

test("errors: each is a TrilaneError and an Error, and no other", () => {
  const classes = errors.map(([error]) => error.constructor as typeof TrilaneError);
  for (const [error] of errors) {
    assert(error instanceof Error);
    assert(error instanceof TrilaneError);
    for (const other of classes.slice(1)) {
      assertEquals(error instanceof other, error.constructor === other);
    }
  }
  assertFalse(new Error() instanceof TrilaneError);
});

test("errors: an ExecutionError holds the errors and the results", () => {
  const results = [{ id: "1" }, { id: "2" }];
  const error = new ExecutionError([cause, "reason"], "2 of 3 tasks did not succeed", results);
  assert(error instanceof AggregateError);
  assertFalse(error instanceof TrilaneError);
  assertEquals([error.name, error.message], ["ExecutionError", "2 of 3 tasks did not succeed"]);
  assertEquals(error.errors, [cause, "reason"]);
  assertStrictEquals(error.results, results);
});

test("errors: every error class is exported", () => {
  const exported = Object.entries(trilane).filter(([name]) => name.endsWith("Error"));
  const tested = [...errors.map(([error]) => error.constructor), ExecutionError];
  assertEquals(new Set<unknown>(exported.map(([, value]) => value)), new Set<unknown>(tested));
});

test("errors: a value is shown in a few words that tell what it is", () => {
  class Point {}
  const shown: [unknown, string][] = [
    [undefined, "undefined"],
    [null, "null"],
    [0, "0"],
    [NaN, "NaN"],
    [true, "true"],
    [3n, "3n"],
    ["3", "'3'"],
    ["", "''"],
    [Symbol("x"), "Symbol(x)"],
    [[1, 2], "an array of 2"],
    [{}, "an object"],
    [Object.create(null), "an object"],
    [new Point(), "an instance of Point"],
    [new Map(), "an instance of Map"],
    [function named() {}, "function named"],
    [() => {}, "function (anonymous)"],
    [new Date(0), "1970-01-01T00:00:00.000Z"],
    [new Date(NaN), "an invalid Date"],
    [new TypeError("wrong"), "TypeError: wrong"],
  ];
  for (const [value, text] of shown) assertEquals(show(value), text);
});

test("errors: a long value is cut short", () => {
  assertEquals(show("x".repeat(80)), `'${"x".repeat(80)}'`);
  assertEquals(show("x".repeat(81)), `'${"x".repeat(79)}…'`);
  assertEquals(show(new Error("x".repeat(100))), `Error: ${"x".repeat(72)}…`);
});

test("errors: a value that can't be looked at is shown all the same", () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const hostile = {
    get constructor() {
      throw new Error("no");
    },
  };
  for (const value of [proxy, hostile]) assertEquals(show(value), "an object");
  const unnamed = Object.assign(new Error("message"), { name: Symbol("name") });
  assertEquals(show(unnamed), "an object");
});

test("errors: why something failed is the message, or what else tells it", () => {
  assertEquals(reasonOf(new TypeError("no such thing")), "no such thing");
  // As Bun ends its own.
  assertEquals(
    reasonOf(new TypeError("The object can not be cloned.")),
    "The object can not be cloned",
  );
  assertEquals(reasonOf(new RangeError()), "RangeError: ");
  assertEquals(reasonOf("text"), "'text'");
  assertEquals(reasonOf(undefined), "undefined");
  const { proxy, revoke } = Proxy.revocable(new Error("gone"), {});
  revoke();
  assertEquals(reasonOf(proxy), "an object");
  const getter = Object.defineProperty(new Error("x"), "message", {
    get() {
      throw new Error("read");
    },
  });
  assertEquals(reasonOf(getter), "an object");
  assertEquals(reasonOf(Object.assign(new Error(), { message: 7 })), "Error: 7");
});
