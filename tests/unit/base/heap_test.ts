import { assertEquals, assertLess, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { Heap } from "../../../src/base/heap.ts";
import { test } from "../../harness.ts";

interface Item {
  readonly key: number;
  readonly order: number;
  dead: boolean;
}

/** What is done to the heap; a place is taken modulo the number of items. */
const operations = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant("push" as const),
        // Few keys, so that many are equal, and some of every kind.
        key: fc.oneof(
          fc.constantFrom(0, 1, 2, -0, Infinity, -Infinity),
          fc.double({ noNaN: true }),
        ),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("pop" as const) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("kill" as const), place: fc.nat(1000) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("sweep" as const) }) },
  ),
  { maxLength: 200 },
);

test("heap: gives what a sorted array gives, also after a sweep", () => {
  fc.assert(
    fc.property(operations, (operations) => {
      const heap = new Heap<Item>();
      let model: Item[] = [];
      let order = 0;
      for (const operation of operations) {
        if (operation.do === "push") {
          const item = { key: operation.key, order: ++order, dead: false };
          heap.push(item, item.key, item.order);
          model.push(item);
          model.sort((a, b) => a.key === b.key ? a.order - b.order : a.key < b.key ? -1 : 1);
        } else if (operation.do === "pop") {
          assertStrictEquals(heap.pop(), model.shift());
        } else if (operation.do === "sweep") {
          heap.sweep((item, order) => !item.dead && item.order === order);
          model = model.filter((item) => !item.dead);
        } else if (model.length > 0) {
          model[operation.place % model.length].dead = true;
        }
        assertEquals(heap.size, model.length);
        assertStrictEquals(heap.peek(), model[0]);
        assertStrictEquals(heap.firstOrder, model[0]?.order);
        assertEquals(heap.firstKey === model[0]?.key, true);
        const seen = new Set<Item>();
        heap.forEach((item, order) => {
          assertEquals(order, item.order);
          seen.add(item);
        });
        assertEquals(seen, new Set(model));
      }
      while (model.length > 0) assertStrictEquals(heap.pop(), model.shift());
      assertStrictEquals(heap.pop(), undefined);
    }),
    { numRuns: 300 },
  );
});

test("heap: no operation looks at more than a few items for each of its levels", () => {
  const n = 4096;
  let looked = 0;
  // What is compared is converted: each comparison asks a key for its number.
  const key = (value: number) =>
    ({
      valueOf() {
        looked++;
        return value;
      },
    }) as unknown as number;
  const heap = new Heap<number>();
  const most = (operation: () => void) => {
    looked = 0;
    operation();
    // Six levels of four children, each comparison asking two keys.
    assertLess(looked, 6 * 5 * 2 + 10);
  };
  // Falling keys: each one climbs all the way up.
  for (let i = 0; i < n; i++) most(() => heap.push(i, key(-i), i));
  while (heap.size > 0) most(() => heap.pop());
});
