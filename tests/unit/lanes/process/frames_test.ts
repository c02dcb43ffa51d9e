import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  createMark,
  FrameReader,
  MARK_SIZE,
  sized,
  SizedReader,
  writeFrame,
} from "../../../../src/lanes/process/frames.ts";
import { test } from "../../../harness.ts";

const MAX = 1 << 20;

/** Collects what a reader finds. */
class Collector {
  readonly frames: number[][] = [];
  foreignBytes: number[] = [];
  frame(payload: Uint8Array): void {
    this.frames.push([...payload]);
  }
  foreign(bytes: Uint8Array): void {
    this.foreignBytes.push(...bytes);
  }
}

/** The chunks of a frame, each as it is written. */
function chunks(mark: Uint8Array, ...pieces: Uint8Array[]): Uint8Array[] {
  const all: Uint8Array[] = [];
  writeFrame(mark, pieces, (bytes) => all.push(bytes.slice()));
  return all;
}

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}

/** Cuts bytes at random places. */
function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes.length === 0 ? bytes.length : sizes[i % sizes.length];
    pieces.push(bytes.slice(at, at + size));
    at += size;
  }
  return pieces;
}

const payload = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 50 }),
  fc.integer({ min: 4_000, max: 13_000 }).map((size) =>
    Uint8Array.from({ length: size }, (_, i) => i * 7)
  ),
);
const sizes = fc.array(fc.integer({ min: 1, max: 5_000 }), { maxLength: 20 });

test("frames and what others write between chunks come apart again, however they are cut", () => {
  const mark = createMark();
  const foreign = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    // What begins like a mark.
    fc.integer({ min: 1, max: MARK_SIZE - 1 }).map((size) => mark.slice(0, size)),
    fc.constant(new Uint8Array(0)),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(payload, fc.array(foreign)), { maxLength: 4 }),
      sizes,
      (parts, sizes) => {
        const stream: Uint8Array[] = [];
        const between: number[] = [];
        for (const [payload, noise] of parts) {
          chunks(mark, payload).forEach((chunk, i) => {
            if (noise.length > 0) {
              const bytes = noise[i % noise.length];
              stream.push(bytes);
              between.push(...bytes);
            }
            stream.push(chunk);
          });
        }
        const seen = new Collector();
        const reader = new FrameReader(mark, MAX, seen);
        for (const piece of cut(concat(stream), sizes)) reader.push(piece);
        reader.end();
        assertEquals(seen.frames, parts.map(([payload]) => [...payload]));
        assertEquals(seen.foreignBytes, between);
      },
    ),
    { numRuns: 200 },
  );
});

test("any bytes are taken for frames or passed on, or refused by RangeError", () => {
  const mark = createMark();
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 30 }),
    fc.constant(mark),
    fc.uint8Array({ minLength: 4, maxLength: 30 }).map((rest) => concat([mark, rest])),
    fc.uint8Array({ minLength: 1, maxLength: 30 }).map((rest) =>
      concat([mark, Uint8Array.of(0, 0, 0, rest.length), rest, Uint8Array.of(0x0a)])
    ),
  );
  fc.assert(
    fc.property(fc.array(piece), sizes, (pieces, sizes) => {
      const seen = new Collector();
      const reader = new FrameReader(mark, 100, seen);
      try {
        for (const part of cut(concat(pieces), sizes)) reader.push(part);
        reader.end();
      } catch (error) {
        assert(error instanceof RangeError, `${error}`);
      }
      for (const frame of seen.frames) assert(frame.length >= 1 && frame.length <= 100);
    }),
    { numRuns: 500 },
  );
});

test("a stream without frames is passed on unchanged", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), sizes, (bytes, sizes) => {
      const seen = new Collector();
      const reader = new FrameReader(createMark(), MAX, seen);
      for (const part of cut(bytes, sizes)) reader.push(part);
      reader.end();
      assertEquals(seen.foreignBytes, [...bytes]);
      assertEquals(seen.frames, []);
    }),
  );
});

test("text is passed on at once", () => {
  const seen = new Collector();
  const reader = new FrameReader(createMark(), MAX, seen);
  const text = new TextEncoder().encode("Grüße, 你好, 🚀");
  reader.push(text);
  assertEquals(seen.foreignBytes, [...text]);
});

test("each chunk is written at once and not larger than a pipe takes in one piece", () => {
  const written = chunks(createMark(), new Uint8Array(20_000));
  assert(written.every((chunk) => chunk.length <= 4_096));
  // Up to its last newline is what Deno writes in one piece.
  assert(written.every((chunk) => chunk.at(-1) === 0x0a));
  assertEquals(written.length, 5);
});

test("a frame that is too large, empty or does not go on as it began is refused", () => {
  const mark = createMark();
  const reader = () => new FrameReader(mark, 5_000, new Collector());
  const header = (left: number) => {
    const bytes = new Uint8Array(MARK_SIZE + 4);
    bytes.set(mark);
    new DataView(bytes.buffer).setUint32(MARK_SIZE, left);
    return bytes;
  };
  assertThrows(() => reader().push(header(5_001)), RangeError, "from 1 to 5000 bytes: got 5001");
  assertThrows(() => reader().push(header(0)), RangeError, "got 0");
  const [first] = chunks(mark, new Uint8Array(5_000));
  for (const left of [0, 1, 5_000, 4_999]) {
    const broken = reader();
    broken.push(first);
    assertThrows(() => broken.push(header(left)), RangeError, "must go on with");
  }
});

test("a chunk that was cut short is refused", () => {
  const mark = createMark();
  const [chunk] = chunks(mark, new Uint8Array(100));
  const reader = new FrameReader(mark, MAX, new Collector());
  reader.push(concat([chunk.slice(0, 90), chunk.slice(0, 20)]));
  assertThrows(() => reader.push(chunk.slice(20)), RangeError, "must end with a newline");
});

test("what looks like the beginning of a chunk is passed on at the end", () => {
  const mark = createMark();
  const seen = new Collector();
  const reader = new FrameReader(mark, MAX, seen);
  reader.push(mark);
  assertEquals(seen.foreignBytes, []);
  reader.end();
  assertEquals(seen.foreignBytes, [...mark]);
});

test("marks are random and begin with a byte that no UTF-8 text has", () => {
  const [one, other] = [createMark(), createMark()];
  assertEquals([one[0], other[0]], [0xfe, 0xfe]);
  assert(one.slice(1).join() !== other.slice(1).join());
});

test("frames of the way down come apart again, however they are cut", () => {
  fc.assert(
    fc.property(fc.array(payload, { maxLength: 6 }), sizes, (payloads, sizes) => {
      const reader = new SizedReader();
      const seen: number[][] = [];
      for (const piece of cut(concat(payloads.map((payload) => sized([payload]))), sizes)) {
        reader.push(piece);
        for (let frame = reader.next(); frame; frame = reader.next()) seen.push([...frame]);
      }
      assertEquals(seen, payloads.map((payload) => [...payload]));
      assertEquals(reader.next(), undefined);
    }),
    { numRuns: 200 },
  );
});

test("the bytes of a frame are its own, whatever comes later", () => {
  const mark = createMark();
  const kept: Uint8Array[] = [];
  const reader = new FrameReader(mark, MAX, {
    frame: (payload) => kept.push(payload),
    foreign() {},
  });
  const buffer = concat([...chunks(mark, Uint8Array.of(1, 2)), ...chunks(mark, Uint8Array.of(3))]);
  reader.push(buffer);
  buffer.fill(9);
  assertEquals(kept.map((frame) => [...frame]), [[1, 2], [3]]);
  const down = new SizedReader();
  down.push(sized([Uint8Array.of(1), Uint8Array.of(2)]));
  const first = down.next()!;
  down.push(sized([Uint8Array.of(3, 4)]));
  assertEquals([...first], [1, 2]);
});

test("a frame in pieces is written as if it were in one", () => {
  const mark = createMark();
  const sameInPieces = fc.property(payload, sizes, (payload, sizes) => {
    const pieces = [Uint8Array.of(), ...cut(payload, sizes), Uint8Array.of()];
    assertEquals(chunks(mark, ...pieces), chunks(mark, payload));
    assertEquals(sized(pieces), sized([payload]));
  });
  fc.assert(sameInPieces);
});
