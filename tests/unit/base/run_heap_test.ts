import { assertEquals, assertLess, assertStrictEquals } from "@std/assert";
import { RunHeap } from "../../../src/base/run_heap.ts";
import { test } from "../../harness.ts";
import { Random } from "../../random.ts";

interface Item {
  readonly key: number;
  readonly order: number;
  dead: boolean;
}

const byKey = (a: Item, b: Item) => a.key === b.key ? a.order - b.order : a.key < b.key ? -1 : 1;

test("run heap: gives what a sorted array gives, with runs of every length", () => {
  for (const limit of [1, 2, 7, 50]) {
    const random = new Random(limit);
    const heap = new RunHeap<Item>(limit);
    let model: Item[] = [];
    let order = 0;
    for (let step = 0; step < 4_000; step++) {
      // It grows for a while, and shrinks for a while.
      if (random.chance(step % 2_000 < 1_200 ? 0.8 : 0.2)) {
        const key = random.pick(random.below(10), random.next(), -0, Infinity, -Infinity);
        const item = { key, order: ++order, dead: random.oneIn(5) };
        heap.push(item, key, item.order);
        model.push(item);
        model.sort(byKey);
      } else if (random.oneIn(100)) {
        heap.sweep(({ dead }) => !dead);
        model = model.filter(({ dead }) => !dead);
      } else {
        assertStrictEquals(heap.pop(), model.shift());
      }
      assertEquals(heap.size, model.length);
      assertStrictEquals(heap.peek(), model[0]);
    }
    const seen: Item[] = [];
    heap.forEach((item) => seen.push(item));
    assertEquals(seen.sort(byKey), model);
    while (model.length > 0) assertStrictEquals(heap.pop(), model.shift());
    assertStrictEquals(heap.pop(), undefined);
  }
});

test("run heap: what is left behind of many runs is put together", () => {
  const limit = 16;
  const heap = new RunHeap<Item>(limit);
  let order = 0;
  const push = (key: number) => heap.push({ key, order: ++order, dead: false }, key, order);
  let most = 0;
  for (let round = 0; round < 1_000; round++) {
    push(Infinity);
    for (let n = 1; n < limit; n++) push(round);
    // It is full, so this makes a run of it.
    push(round);
    for (let n = 1; n <= limit; n++) assertEquals(heap.pop()!.key, round);
    most = Math.max(most, heap.runs);
  }
  assertEquals(heap.size, 1_000);
  assertLess(most, 300);
  for (let left = heap.size; left > 0; left--) assertEquals(heap.pop()!.key, Infinity);
});
