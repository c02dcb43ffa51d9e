import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { NotPortableError } from "../../../../mod.ts";
import {
  decodeThrown,
  type EncodedThrown,
  encodeThrown,
} from "../../../../src/lanes/pool/wire/error_codec.ts";
import { encodeValue } from "../../../../src/lanes/pool/wire/values.ts";
import { decode, encode, encodeWithin } from "../../../../src/lanes/process/codec.ts";
import { joined } from "../../../../src/lanes/process/pieces.ts";
import { test } from "../../../harness.ts";

test("any value that can be cloned arrives as it was", () => {
  const value = fc.anything({
    withBigInt: true,
    withDate: true,
    withTypedArray: true,
    withSparseArray: true,
    withObjectString: true,
  });
  fc.assert(
    fc.property(fc.array(value, { maxLength: 6 }), (message) => {
      assertEquals(decode(encode(message)), structuredClone(message));
    }),
    { numRuns: 500 },
  );
});

test("maps and sets arrive in their order", () => {
  const key = fc.oneof(fc.string(), fc.integer(), fc.constant(undefined));
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.jsonValue())), (entries) => {
      const [map, set] = decode(
        encode([new Map(entries), new Set(entries.map(([key]) => key))]),
      ) as [
        Map<unknown, unknown>,
        Set<unknown>,
      ];
      assertEquals([...map], [...new Map(entries)]);
      assertEquals([...set], [...new Set(entries.map(([key]) => key))]);
    }),
  );
});

test("what JSON would change arrives as it was", () => {
  const values = [
    undefined,
    [undefined],
    [1, undefined, 3],
    [undefined, undefined],
    [[undefined]],
    { a: undefined },
    -0,
    [-0],
    NaN,
    -Infinity,
    "\ud800",
    10n,
    // deno-lint-ignore no-sparse-arrays -- as users have them
    [1, , 3],
    new Array(300),
    JSON.parse('{ "__proto__": 1 }'),
    new Date(5),
    [{ toJSON: "text" }],
  ];
  for (const value of values) {
    const copy = decode(encode(value));
    assertEquals(copy, structuredClone(value));
    if (typeof value === "number") assert(Object.is(copy, value));
    if (Array.isArray(value)) assertEquals(Object.keys(copy as unknown[]), Object.keys(value));
  }
});

test("what reads differently each time arrives as it was read first", () => {
  let reads = 0;
  const value = {
    get field() {
      return [7, undefined, -0, new Date(0)][reads++];
    },
  };
  assertEquals([decode(encode([value])), reads], [[{ field: 7 }], 1]);
});

test("plain data is JSON, however much it is; what is nested deeper than JSON goes arrives too", () => {
  const many = Array.from({ length: 2_000 }, (_, id) => ({ id, tags: ["a", "b"], at: { x: 0.5 } }));
  const bytes = encode([many]);
  assertEquals(new TextDecoder().decode(bytes.subarray(1)), JSON.stringify([many]));
  assertEquals(decode(bytes), [many]);
  for (const depth of [99, 100, 500]) {
    let deep: unknown = [];
    for (let level = 0; level < depth; level++) deep = [deep];
    let copy = decode(encode([deep]));
    let levels = 0;
    while ((copy as unknown[]).length > 0) [copy] = [(copy as unknown[])[0], levels++];
    assertEquals(levels, depth + 1);
  }
});

test("a place with undefined far into a message arrives", () => {
  const message = [...new Array(255).fill(1), undefined, 2];
  assertEquals(decode(encode(message)), message);
  const later = [...new Array(256).fill(1), undefined, 2];
  assertEquals(decode(encode(later)), later);
});

test("a view arrives on a buffer of its own", () => {
  const [view] = decode(encode([new Uint8Array(100).subarray(10, 20)])) as [Uint8Array];
  assertEquals(view.buffer.byteLength, 10);
  view.set([1]);
});

test("shared memory is refused wherever it is", () => {
  const memory = new SharedArrayBuffer(8);
  const cyclic: Record<string, unknown> = { memory };
  cyclic.self = cyclic;
  for (
    const value of [
      memory,
      new Int32Array(memory),
      [{ deep: [memory] }],
      new Map([[memory, 1]]),
      new Map([[1, memory]]),
      new Set([new Uint8Array(memory)]),
      cyclic,
    ]
  ) {
    assertThrows(() => encode([value]), NotPortableError, "memory can't be shared with it");
  }
});

test("what can't be cloned throws", () => {
  for (const value of [() => {}, Symbol("s"), { deep: [() => {}] }]) {
    assertThrows(() => encode([value]));
  }
});

test("garbage is refused by an error", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        decode(bytes);
      } catch (error) {
        assert(error instanceof SyntaxError, `${error}`);
      }
    }),
    { numRuns: 2_000 },
  );
  for (const bytes of [[], [0], [2], [2, 0, 48], [7], [0, 123]]) {
    assertThrows(() => decode(Uint8Array.from(bytes)), SyntaxError);
  }
});

test("a message that was changed on the way is refused or is another message", () => {
  const message = [2, 7, { a: [1, "two", new Uint8Array([1, 2, 3])] }, 0.25];
  const whole = encode(message);
  fc.assert(
    fc.property(
      fc.nat(whole.length - 1),
      fc.nat(255),
      fc.nat(whole.length),
      (at, byte, length) => {
        const bytes = whole.slice(0, length);
        if (at < length) bytes[at] = byte;
        try {
          decode(bytes);
        } catch (error) {
          assert(error instanceof Error, `${error}`);
        }
      },
    ),
    { numRuns: 2_000 },
  );
});

test("a damaged message is refused before the runtime reads it", () => {
  const whole = encode([new Uint8Array([1, 2, 3])]);
  for (let at = 0; at < whole.length; at++) {
    const bytes = whole.slice();
    bytes[at] ^= 0x5a;
    assertThrows(() => decode(bytes), SyntaxError);
    assertThrows(() => decode(whole.slice(0, at)), SyntaxError);
  }
});

/** What arrives of something thrown that may take so many bytes. */
function thrownWithin(thrown: unknown, maxBytes: number): unknown {
  const bytes = joined(encodeWithin([3, 7, encodeThrown(thrown), 0.5], maxBytes, 2));
  assert(bytes.length <= maxBytes, `${bytes.length} of ${maxBytes}`);
  const [kind, ticket, encoded, took] = decode(bytes) as [number, number, EncodedThrown, number];
  assertEquals([kind, ticket, took], [3, 7, 0.5]);
  return decodeThrown(encoded);
}

type Fields = Error & Record<string, unknown>;

test("an error that fits arrives whole, one that is too large shortened", () => {
  const error = Object.assign(new RangeError("x".repeat(5_000)), { code: "E" });
  assertEquals((thrownWithin(error, 100_000) as Fields).message, error.message);
  for (const max of [8_192, 4_096, 1_024, 512]) {
    const copy = thrownWithin(error, max) as Fields;
    assert(copy instanceof RangeError);
    assertEquals([copy.name, copy.code], ["RangeError", "E"]);
    assert(copy.message.startsWith("xxxxx"));
    assert(copy.message.endsWith("… (5000 characters)"), copy.message);
    if (max > 4_000) assert(/\n\s*at |codec_test/.test(copy.stack!), copy.stack);
  }
});

test("of an error that is too large the short fields stay, then the outer of many errors", () => {
  const wide = Object.assign(new Error("wide"), { code: "E", status: 7, body: "y".repeat(90_000) });
  const copy = thrownWithin(wide, 10_000) as Fields;
  assertEquals([copy.message, copy.code, copy.status, copy.body], ["wide", "E", 7, undefined]);
  let chain = new Error("0");
  for (let i = 1; i <= 1_000; i++) chain = new Error(`${i}`, { cause: chain });
  let length = 0;
  for (let at: unknown = thrownWithin(chain, 20_000); at instanceof Error; at = at.cause) {
    assertEquals(at.message, `${1_000 - length++}`);
  }
  assert(length > 10, `${length}`);
  const many = new AggregateError(
    Array.from({ length: 5_000 }, (_, i) => new Error(`${i}`)),
    "all",
  );
  const some = thrownWithin(many, 20_000) as AggregateError;
  assertEquals(some.message, "all");
  assert(some.errors.length > 10 && some.errors.every((one) => one instanceof Error));
});

test("of an error that can't be sent to a process the fields that can't are left out", () => {
  const fields = {
    code: "E",
    memory: new SharedArrayBuffer(8),
    list: [1, 2],
    blob: new Blob(["x"]),
  };
  const copy = thrownWithin(Object.assign(new Error("kept"), fields), 10_000) as Fields;
  assertEquals([copy.message, copy.code, copy.list], ["kept", "E", [1, 2]]);
  assertEquals(["memory" in copy, "blob" in copy], [false, false]);
});

test("what is thrown and is no error is told of where it is too large", () => {
  const text = thrownWithin({ list: new Array(5_000).fill("text") }, 1_000);
  assert(typeof text === "string" && text.includes("too large"), `${text}`);
});

test("a value that is too large names its size", () => {
  const error = assertThrows(() => encodeWithin([2, "x".repeat(999)], 500), NotPortableError);
  assertEquals(
    error.message,
    `it takes ${encode([2, "x".repeat(999)]).length} bytes, and maxMessageSize is 500`,
  );
});

test("what is for threads alone is refused", () => {
  for (const value of [new Blob(["x"]), new File(["x"], "x"), new ReadableStream()]) {
    assertThrows(() => encode([{ value }]), NotPortableError, "cannot be sent to a process");
  }
});

test("what is reached twice is one on the other side", () => {
  const point = { x: 1 };
  const [{ a, b }] = decode(encode([{ a: point, b: point }])) as [{ a: unknown; b: unknown }];
  assert(a === b);
  const list = [point, [point]];
  const copy = decode(encode(encodeValue(list))) as [unknown, [unknown]];
  assert(copy[0] === copy[1][0]);
});

test("views in maps and sets arrive on buffers of their own, in their order", () => {
  const view = new Uint8Array(64).subarray(3, 5);
  const map = new Map<unknown, unknown>([["a", view], [view, "b"], ["c", new Set([1, view])]]);
  const copy = decode(encode([map])) as [typeof map];
  assertEquals([...copy[0].keys()].map((key) => typeof key), ["string", "object", "string"]);
  const own = copy[0].get("a") as Uint8Array;
  assertEquals(own.buffer.byteLength, 2);
  assert([...copy[0].keys()][1] === own && [...copy[0].get("c") as Set<unknown>][1] === own);
});
