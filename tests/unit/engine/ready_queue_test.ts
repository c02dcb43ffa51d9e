import { assertEquals, assertGreaterOrEqual, assertLess, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { type ReadyItem, ReadyQueue } from "../../../src/engine/ready_queue.ts";
import { test } from "../../harness.ts";

class Item implements ReadyItem {
  next: this | undefined = undefined;
  place: unknown = undefined;
  constructor(readonly priority: number, readonly order: number) {}
}

/** The same order, in the plainest way. */
class Model {
  readonly items: Item[] = [];

  push(item: Item): void {
    this.items.push(item);
    this.items.sort((a, b) =>
      a.priority === b.priority ? a.order - b.order : a.priority < b.priority ? -1 : 1
    );
  }

  remove(item: Item): void {
    this.items.splice(this.items.indexOf(item), 1);
  }
}

type Operation =
  | { readonly do: "push"; readonly priority: number }
  | { readonly do: "pop" }
  | { readonly do: "remove" | "return"; readonly place: number };

/** `return` puts an item in again that has been popped: behind others that were submitted later. */
function operations(priority: fc.Arbitrary<number>): fc.Arbitrary<Operation[]> {
  return fc.array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: priority.map((priority): Operation => ({ do: "push", priority })),
      },
      { weight: 2, arbitrary: fc.constant<Operation>({ do: "pop" }) },
      { weight: 2, arbitrary: place("remove") },
      { weight: 2, arbitrary: place("return") },
    ),
    { maxLength: 300, size: "max" },
  );
}

function place(what: "remove" | "return"): fc.Arbitrary<Operation> {
  return fc.nat(1000).map((place) => ({ do: what, place }));
}

function check(operations: readonly Operation[]): void {
  const queue = new ReadyQueue<Item>();
  const model = new Model();
  const out: Item[] = [];
  let order = 0;
  for (const operation of operations) {
    if (operation.do === "push") {
      const item = new Item(operation.priority, ++order);
      queue.push(item);
      model.push(item);
    } else if (operation.do === "pop") {
      const item = queue.pop();
      assertStrictEquals(item, model.items[0]);
      if (item === undefined) continue;
      model.remove(item);
      out.push(item);
    } else if (operation.do === "remove" && model.items.length > 0) {
      const item = model.items[operation.place % model.items.length];
      queue.remove(item);
      model.remove(item);
    } else if (operation.do === "return" && out.length > 0) {
      const [item] = out.splice(operation.place % out.length, 1);
      queue.push(item);
      model.push(item);
    }
    assertEquals(queue.size, model.items.length);
    assertGreaterOrEqual(queue.held, queue.size);
    assertStrictEquals(queue.peek(), model.items[0]);
    // The very same items, whose fields need not be compared.
    assertEquals(new Set(queue.items()).symmetricDifference(new Set(model.items)).size, 0);
  }
  while (model.items.length > 0) assertStrictEquals(queue.pop(), model.items.shift());
  assertStrictEquals(queue.pop(), undefined);
  assertEquals([queue.size, queue.held], [0, 0]);
}

test("ready queue: gives what a sorted array gives, with few priorities", () => {
  const priority = fc.constantFrom(-Infinity, -1, -0, 0, 0.5, 3, Infinity);
  fc.assert(fc.property(operations(priority), check), { numRuns: 200 });
});

test("ready queue: gives what a sorted array gives, with more priorities than lanes", () => {
  fc.assert(fc.property(operations(fc.integer({ min: 0, max: 99 })), check), { numRuns: 150 });
  fc.assert(fc.property(operations(fc.double({ noNaN: true })), check), { numRuns: 50 });
});

test("ready queue: priorities that come and go have room for further ones", () => {
  const queue = new ReadyQueue<Item>();
  const model = new Model();
  for (let priority = 0; priority < 500; priority++) {
    // Downwards and upwards in turn, and no more than a few at a time.
    const item = new Item(priority % 2 === 0 ? priority : -priority, priority);
    queue.push(item);
    model.push(item);
    if (queue.size > 5) assertStrictEquals(queue.pop(), model.items.shift());
  }
  while (model.items.length > 0) assertStrictEquals(queue.pop(), model.items.shift());
});

test("ready queue: an item that is out holds on to no other", () => {
  const queue = new ReadyQueue<Item>();
  const items = [1, 2, 3].map((order) => new Item(0, order));
  items.forEach((item) => queue.push(item));
  queue.remove(items[1]);
  queue.pop();
  queue.pop();
  for (const { next } of items) assertEquals(next, undefined);
});

test("ready queue: items that were removed by the thousand are let go of", () => {
  const queue = new ReadyQueue<Item>();
  // More priorities than lanes, so that the heap has some of them too.
  const items = Array.from({ length: 10_000 }, (_, order) => new Item(order % 100, order));
  items.forEach((item) => queue.push(item));
  items.slice(1).forEach((item) => queue.remove(item));
  assertEquals([queue.size, queue.items()], [1, [items[0]]]);
  assertLess(queue.held, 100);
});
