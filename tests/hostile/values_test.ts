import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { NotPortableError } from "../../mod.ts";
import { test } from "../harness.ts";
import { lanes, soundly } from "./support.ts";

function fail(): never {
  throw new Error("looked at");
}

function nested(depth: number): unknown {
  let value: unknown = "deep";
  for (let n = 0; n < depth; n++) value = [value];
  return value;
}

function depthOf(value: unknown): number {
  let depth = 0;
  for (; Array.isArray(value); value = value[0]) depth++;
  return depth;
}

function detached(): ArrayBuffer {
  const buffer = new ArrayBuffer(8);
  structuredClone(buffer, { transfer: [buffer] });
  return buffer;
}

class Point {
  readonly x: number;
  readonly y: number;

  constructor(x: number, y: number) {
    this.x = x;
    this.y = y;
  }
  get sum(): number {
    return this.x + this.y;
  }
}

/** What can't be sent, and is refused with the task alone. */
const refused: Readonly<Record<string, () => unknown>> = {
  "a function": () => fail,
  "a symbol": () => Symbol("odd"),
  "a promise": () => Promise.resolve(),
  "a weak map": () => new WeakMap(),
  "a proxy that throws": () => new Proxy({}, { ownKeys: fail, get: fail, getPrototypeOf: fail }),
  "a getter that throws": () => Object.defineProperty({}, "field", { get: fail, enumerable: true }),
  "a function deep within": () => ({ a: [new Map([["b", { c: fail }]])] }),
  "a detached buffer": detached,
  "a generator": () => (function* () {})(),
};

for (const lane of lanes.slice(1)) {
  const { tasks } = lane;

  test(`${lane.name}: arguments that can't be sent fail their own task, which says which it was`, () =>
    soundly(lane, { workers: 1 }, async (queue) => {
      for (const [kind, make] of Object.entries(refused)) {
        const around = queue.submit(tasks.add, [1, 1]);
        const result = await queue.submit(tasks.echo, [1, make()], { retries: 3 });
        assertEquals([result.status, await around.value()], ["failed", 2], kind);
        if (result.status !== "failed") continue;
        assert(result.error instanceof NotPortableError, `${kind}: ${result.error}`);
        assert(result.message?.includes("rgument 2"), result.message);
      }
    }));

  test(`${lane.name}: maps, sets and objects in circles come back in circles`, () =>
    soundly(lane, { workers: 1 }, async (queue) => {
      const map = new Map<unknown, unknown>();
      const set = new Set<unknown>([map]);
      const object: Record<string, unknown> = { map, set };
      object.self = object;
      map.set("set", set).set(object, map);
      const back = await queue.submit(tasks.echo, [object]).value() as typeof object;
      const own = back.map as typeof map;
      assertStrictEquals(back.self, back);
      assertStrictEquals(own.get(back), own);
      assertStrictEquals([...back.set as Set<unknown>][0], own);
      assertStrictEquals(own.get("set"), back.set);
    }));

  test(`${lane.name}: values may be nested deep: they arrive, or fail their own task`, () =>
    soundly(lane, { workers: 1 }, async (queue) => {
      for (const depth of [100, 1_000, 10_000, 100_000]) {
        const result = await queue.submit(tasks.echo, [nested(depth)]);
        if (depth <= 1_000) assertEquals(result.status, "succeeded", result.message);
        if (result.status === "succeeded") assertEquals(depthOf(result.value), depth);
        else assert((result as { error?: unknown }).error instanceof Error);
        // Made there, so that the way back is tried alone.
        const made = await queue.submit(tasks.nest, [depth]);
        if (made.status === "succeeded") assertEquals(depthOf(made.value), depth);
        else assert((made as { error?: unknown }).error instanceof Error);
      }
    }));

  test(`${lane.name}: large and odd values arrive as they were`, () =>
    soundly(lane, { workers: 1 }, async (queue) => {
      const numbers = Array.from({ length: 200_000 }, (_, n) => n);
      const back = await queue.submit(tasks.echo, [numbers]).value() as number[];
      assertEquals([back.length, back.at(-1)], [200_000, 199_999]);
      const odd = [
        -0,
        NaN,
        Infinity,
        -Infinity,
        2n ** 200n,
        "\ud800",
        "\u0000",
        undefined,
        null,
        new Date(NaN),
      ];
      const oddBack = await queue.submit(tasks.echo, [odd]).value() as unknown[];
      odd.slice(0, 9).forEach((value, n) => assert(Object.is(oddBack[n], value), String(value)));
      assert(Number.isNaN((oddBack[9] as Date).getTime()));
      const sparse: unknown[] = [];
      sparse[4_000_000] = 1;
      const from = performance.now();
      const sparseBack = await queue.submit(tasks.echo, [sparse]);
      assert(performance.now() - from < 20_000, "a sparse array takes no time");
      if (sparseBack.status === "succeeded") {
        assertEquals(
          [(sparseBack.value as unknown[]).length, 0 in (sparseBack.value as unknown[])],
          [4_000_001, false],
        );
      }
    }));

  test(`${lane.name}: keys that mean something elsewhere are keys like others`, () =>
    soundly(lane, { workers: 1 }, async (queue) => {
      const value = JSON.parse(
        '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"then":1,"toJSON":2,"length":-1}',
      );
      const back = await queue.submit(tasks.echo, [value]).value();
      assertEquals(JSON.stringify(back), JSON.stringify(value));
      assertEquals(({} as Record<string, unknown>).polluted, undefined);
      assertEquals(await queue.submit(tasks.pollution, [value]).value(), undefined);
    }));

  test(`${lane.name}: instances of classes arrive as plain objects`, () =>
    soundly(lane, { workers: 1 }, async (queue) => {
      const back = await queue.submit(tasks.echo, [new Point(1, 2)]).value();
      assertEquals(JSON.stringify(back), '{"x":1,"y":2}');
      assertEquals((back as Partial<Point>).sum, undefined);
    }));

  test(`${lane.name}: one value for thousands of tasks stays as it is`, () =>
    soundly(lane, { workers: 2 }, async (queue) => {
      const value = Object.freeze({ list: Object.freeze([1, 2, 3]) });
      const handles = queue.map(tasks.echo, Array.from({ length: 1_000 }, () => [value]));
      const values = await Promise.all(handles.map((handle) => handle.value()));
      assertEquals(new Set(values.map((back) => JSON.stringify(back))).size, 1);
    }));
}

test("ThreadQueue: shared memory is one, and a resizable buffer keeps its size", () =>
  soundly(lanes[1]!, { workers: 1 }, async (queue) => {
    const { tasks } = lanes[1]!;
    const memory = new Int32Array(new SharedArrayBuffer(8));
    const back = await queue.submit(tasks.echo, [memory]).value() as Int32Array;
    memory[0] = 7;
    assertEquals(back[0], 7);
  }));

test("ProcessQueue: shared memory is refused, or copied, and harms nothing", () =>
  soundly(lanes[2]!, { workers: 1 }, async (queue) => {
    const { tasks } = lanes[2]!;
    const memory = new Int32Array(new SharedArrayBuffer(8));
    const result = await queue.submit(tasks.echo, [memory]);
    assert(result.status === "failed" && result.error instanceof NotPortableError, result.status);
  }));
