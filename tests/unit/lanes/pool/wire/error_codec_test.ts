import { assert, assertEquals, assertFalse, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import {
  ExecutionError,
  NotPortableError,
  QueueFullError,
  TaskTimeoutError,
  WorkerCrashError,
} from "../../../../../mod.ts";
import { decodeThrown, encodeThrown } from "../../../../../src/lanes/pool/wire/error_codec.ts";
import { test } from "../../../../harness.ts";

/** To the other side and back to a thing that was thrown. */
function across(thrown: unknown, site?: string): unknown {
  return decodeThrown(structuredClone(encodeThrown(thrown)), site);
}

type Fields = Error & Record<string, unknown>;

const standard = [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError];

test("error codec: an error of any standard class keeps class, name, message, stack", () => {
  for (const ErrorClass of standard) {
    const error = new ErrorClass("broken");
    const copy = across(error) as Error;
    assertStrictEquals(copy.constructor, ErrorClass);
    assertEquals([copy.name, copy.message, copy.stack], [error.name, "broken", error.stack]);
    assertFalse(Object.keys(copy).includes("stack"));
    assertFalse(Object.keys(copy).includes("name"));
  }
});

test("error codec: a class of the program's own arrives as its nearest standard one under its own name", () => {
  class HttpError extends TypeError {
    status = 404;
  }
  class Named extends RangeError {
    override name = "CustomName";
  }
  const http = across(new HttpError("gone")) as Fields;
  assert(http instanceof TypeError);
  assertEquals([http.name, http.message, http.status], ["HttpError", "gone", 404]);
  const named = across(new Named("odd")) as Fields;
  assert(named instanceof RangeError);
  assertEquals([named.name, named.message], ["CustomName", "odd"]);
});

test("error codec: this library's own errors are instances of their classes", () => {
  const full = across(new QueueFullError("full")) as Error;
  assert(full instanceof QueueFullError);
  assertEquals(full.name, "QueueFullError");
  assert(across(new NotPortableError("no")) instanceof NotPortableError);
  const timeout = across(new TaskTimeoutError("slow")) as Error;
  assert(timeout instanceof TaskTimeoutError);
  assertEquals(timeout.name, "TimeoutError");
  const crash = across(
    new WorkerCrashError("dead", { workerId: 3, exitCode: 7 }, { cause: new TypeError("why") }),
  ) as WorkerCrashError;
  assert(crash instanceof WorkerCrashError);
  assertEquals([crash.workerId, crash.exitCode, crash.signal], [3, 7, undefined]);
  assert(crash.cause instanceof TypeError);
  const results = [{ status: "failed", error: new RangeError("inner") }];
  const execution = across(
    new ExecutionError([new RangeError("inner")], "1 of 1 failed", results),
  ) as ExecutionError<{ error: unknown }>;
  assert(execution instanceof ExecutionError);
  assert(execution.errors[0] instanceof RangeError);
  assert(execution.results[0]!.error instanceof RangeError);
});

test("error codec: a DOMException keeps name and code", () => {
  const copy = across(new DOMException("stop", "AbortError")) as DOMException;
  assert(copy instanceof DOMException);
  assertEquals([copy.name, copy.message, copy.code], ["AbortError", "stop", 20]);
});

test("error codec: the whole chain of causes arrives, also values that are no errors", () => {
  const error = new Error("1", {
    cause: new TypeError("2", { cause: new RangeError("3", { cause: { code: 4 } }) }),
  });
  const copy = across(error) as Error;
  const second = copy.cause as Error;
  const third = second.cause as Error;
  assert(second instanceof TypeError && third instanceof RangeError);
  assertEquals([second.message, third.message, third.cause], ["2", "3", { code: 4 }]);
  assertEquals((across(new Error("null", { cause: null })) as Error).cause, null);
  assertFalse("cause" in (across(new Error("none")) as Error));
});

test("error codec: the errors of an aggregate arrive, nested ones too", () => {
  const inner = new AggregateError([new TypeError("b"), "text"], "inner");
  const copy = across(new AggregateError([new RangeError("a"), inner], "outer")) as AggregateError;
  assert(copy instanceof AggregateError);
  assert(copy.errors[0] instanceof RangeError);
  assert(copy.errors[1] instanceof AggregateError);
  assert(copy.errors[1].errors[0] instanceof TypeError);
  assertEquals(copy.errors[1].errors[1], "text");
  const same = new TypeError("same");
  const twice = across(
    new AggregateError([same, same], "twice", { cause: same }),
  ) as AggregateError;
  assert(twice.errors.every((error) => error instanceof TypeError));
  assert(twice.cause instanceof TypeError);
});

test("error codec: a field called errors is a field where the class has no such thing", () => {
  const listed = across(Object.assign(new Error("invalid"), { errors: [{ path: "a" }] })) as Fields;
  assertEquals(listed.errors, [{ path: "a" }]);
  assert(Object.keys(listed).includes("errors"));
  const named = across(Object.assign(new Error("invalid"), { errors: { a: "b" } })) as Fields;
  assertEquals(named.errors, { a: "b" });
});

test("error codec: own fields arrive, one that can't be sent is dropped alone", () => {
  const error = Object.assign(new Error("fields"), {
    code: "E1",
    when: new Date(7),
    list: [1n, new Map([[1, "x"]])],
    inner: new TypeError("inner"),
    deep: { list: [new RangeError("deep")] },
    fn: () => 1,
    symbol: Symbol("s"),
    url: new URL("http://localhost/"),
    message: "kept",
  });
  Object.defineProperty(error, "hidden", { value: 1, enumerable: false });
  Object.defineProperty(error, "bad", {
    enumerable: true,
    get() {
      throw new Error("getter");
    },
  });
  const copy = across(error) as Fields;
  assertEquals(Object.keys(copy).sort(), ["code", "deep", "inner", "list", "when"]);
  assertEquals(copy.message, "kept");
  assertEquals([copy.code, copy.when, copy.list], ["E1", new Date(7), [1n, new Map([[1, "x"]])]]);
  assert(copy.inner instanceof TypeError);
  assert((copy.deep as { list: unknown[] }).list[0] instanceof RangeError);
});

test("error codec: a field is named anything, __proto__ too", () => {
  const error = Object.assign(new Error("names"), { a: 2 });
  Object.defineProperty(error, "__proto__", { value: { x: 1 }, enumerable: true });
  const copy = across(error) as Fields;
  assert(copy instanceof Error);
  assertEquals(Object.getOwnPropertyDescriptor(copy, "__proto__")?.value, { x: 1 });
  assertEquals(copy.a, 2);
});

test("error codec: circles are circles on the other side too", () => {
  const error = new Error("self") as Fields;
  error.cause = error;
  error.self = error;
  error.list = [error];
  const copy = across(error) as Fields;
  for (const loop of [copy.cause, copy.self, (copy.list as unknown[])[0]]) {
    assertStrictEquals(loop, copy);
  }
  const [a, b] = [new TypeError("a"), new RangeError("b")];
  a.cause = b;
  b.cause = a;
  const both = across(a) as TypeError;
  assert(both instanceof TypeError && both.cause instanceof RangeError);
  assertStrictEquals(both.cause.cause, both);
});

test("error codec: a chain of causes is as long as it was", () => {
  let chain: Error = new Error("0");
  for (let i = 1; i <= 10_000; i++) chain = new Error(`${i}`, { cause: chain });
  let length = 0;
  let at: unknown = across(chain);
  for (; at instanceof Error; at = at.cause) length++;
  assertEquals([length, at], [10_001, undefined]);
});

test("error codec: what is reached twice is one on the other side, and costs once", () => {
  type Link = Fields & { cause: Link; original: Link; errors: Link[]; details: unknown };
  const details = { of: "all" };
  let error: Error = Object.assign(new Error("0"), { details });
  for (let i = 1; i <= 30; i++) {
    const fields = { original: error, details, both: [error, error] };
    error = Object.assign(new AggregateError([error, error], `${i}`, { cause: error }), fields);
  }
  const encoded = encodeThrown(error);
  assert(JSON.stringify(encoded).length < 100_000);
  let copy = decodeThrown(structuredClone(encoded)) as Link;
  const first = copy.details;
  for (let i = 30; i > 0; i--) {
    assertEquals(copy.message, `${i}`);
    assertStrictEquals(copy.details, first);
    for (const same of [copy.original, copy.errors[0], copy.errors[1], ...copy.both as Link[]]) {
      assertStrictEquals(same, copy.cause);
    }
    copy = copy.cause;
  }
  assertEquals(copy.message, "0");
});

test("error codec: an error that resists is told of all the same", () => {
  const toJson = Object.assign(new Error("json"), {
    toJSON() {
      throw new Error("toJSON");
    },
  });
  assertEquals((across(toJson) as Error).message, "json");

  const getters = new Error("getters");
  for (const key of ["name", "message", "stack", "cause"]) {
    Object.defineProperty(getters, key, {
      get() {
        throw new Error(key);
      },
    });
  }
  assert(across(getters) instanceof Error);

  const { proxy, revoke } = Proxy.revocable(new Error("revoked"), {});
  revoke();
  assertEquals(across(proxy), "an object");
  assertEquals(across(Object.assign(new Error("proxy"), { field: proxy })) instanceof Error, true);

  const odd = Object.create(Error.prototype, { constructor: { value: undefined } });
  assert(across(odd) !== undefined);
});

test("error codec: anything may be thrown", () => {
  for (const value of [undefined, null, 0, "text", 1n, { a: [1] }, [new Date(1)]]) {
    assertEquals(across(value), value);
  }
  assertEquals(across(() => 1), "function (anonymous)");
  assertEquals(across(Symbol("s")), "Symbol(s)");
  assertEquals(across({ fn() {} }), "an object");
  const listed = across({ errors: [new TypeError("in a value")] }) as { errors: unknown[] };
  assert(listed.errors[0] instanceof TypeError);
});

test("error codec: the site ends the stack of the outermost error alone", () => {
  const error = new Error("out", { cause: new Error("in") });
  const copy = across(error, "    in task 'x'") as Error;
  assertEquals(copy.stack, `${error.stack}\n    in task 'x'`);
  assertEquals((copy.cause as Error).stack, (error.cause as Error).stack);
  const bare = new TypeError("bare");
  Object.defineProperty(bare, "stack", { value: undefined });
  assertEquals((across(bare, "    here") as Error).stack, "TypeError: bare\n    here");
});

test("error codec: whatever an error holds, it is an error of its class on the other side", () => {
  const thrown = fc.letrec<{ error: Error; value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.anything({ withDate: true, withMap: true, withSet: true, withBigInt: true }),
      tie("error"),
    ),
    error: fc.record({
      ErrorClass: fc.constantFrom(...standard),
      message: fc.string(),
      name: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
      cause: fc.option(tie("value"), { nil: undefined }),
      fields: fc.dictionary(
        fc.string().filter((key) => !["stack", "message", "name", "cause"].includes(key)),
        tie("value"),
        { maxKeys: 3 },
      ),
    }).map(({ ErrorClass, message, name, cause, fields }) => {
      const error = new ErrorClass(message, cause === undefined ? undefined : { cause });
      if (name !== undefined) error.name = name;
      for (const [key, value] of Object.entries(fields)) {
        Object.defineProperty(error, key, { value, enumerable: true, configurable: true });
      }
      return error;
    }),
  })).error;
  fc.assert(fc.property(thrown, (error) => compare(error, across(error))), { numRuns: 300 });

  function compare(error: unknown, copy: unknown): void {
    if (!(error instanceof Error)) return;
    assert(copy instanceof Error);
    assertStrictEquals(copy.constructor, error.constructor);
    assertEquals([copy.name, copy.message], [error.name, error.message]);
    if (error.cause instanceof Error) compare(error.cause, copy.cause);
    for (const key of Object.keys(error).filter((key) => key !== "name")) {
      const value = (error as Fields)[key];
      if (value instanceof Error) compare(value, (copy as Fields)[key]);
    }
  }
});
