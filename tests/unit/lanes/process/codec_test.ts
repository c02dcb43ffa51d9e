import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { NotPortableError } from "../../../../mod.ts";
import { decode, encode } from "../../../../src/lanes/process/codec.ts";
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
