import { assertEquals, assertGreaterOrEqual, assertLess, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { Ranking } from "../../../src/engine/rank.ts";
import { type ReadyItem, ReadyQueue } from "../../../src/engine/ready_queue.ts";
import { test } from "../../harness.ts";

class Item implements ReadyItem {
  next: this | undefined = undefined;
  place: unknown = undefined;
  priority: number;
  readonly order: number;
  readonly readyAt: number;

  constructor(priority: number, order: number, readyAt = 0) {
    this.priority = priority;
    this.order = order;
    this.readyAt = readyAt;
  }
}

/** The same order, in the plainest way. */
class Model {
  readonly items: Item[] = [];
  readonly ranking: Ranking;

  constructor(ranking = new Ranking()) {
    this.ranking = ranking;
  }

  push(item: Item): void {
    this.items.push(item);
    this.items.sort((a, b) => this.ranking.isBefore(a, b) ? -1 : 1);
  }

  remove(item: Item): void {
    this.items.splice(this.items.indexOf(item), 1);
  }
}

type Operation =
  | { readonly do: "push"; readonly priority: number }
  | { readonly do: "pop" }
  | { readonly do: "remove" | "return"; readonly place: number }
  | { readonly do: "move"; readonly place: number; readonly priority: number };

/**
 * `return` puts an item in again that has been popped: behind others that were submitted later. `move` takes one out and puts
 * it in again with another priority.
 */
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
      {
        weight: 2,
        arbitrary: fc.tuple(fc.nat(1000), priority).map(([place, priority]): Operation => ({
          ...{ do: "move", place, priority },
        })),
      },
    ),
    { maxLength: 300, size: "max" },
  );
}

function place(what: "remove" | "return"): fc.Arbitrary<Operation> {
  return fc.nat(1000).map((place) => ({ do: what, place }));
}

function check(operations: readonly Operation[], ranking = new Ranking()): void {
  const queue = new ReadyQueue<Item>(ranking);
  const model = new Model(ranking);
  const out: Item[] = [];
  let order = 0;
  for (const operation of operations) {
    if (operation.do === "push") {
      const item = new Item(operation.priority, ++order, Math.floor(order / 3));
      queue.push(item);
      model.push(item);
    } else if (operation.do === "pop") {
      const item = queue.pop();
      assertStrictEquals(item, model.items[0]);
      if (item === undefined) continue;
      model.remove(item);
      item.place = undefined;
      out.push(item);
    } else if (operation.do === "remove" && model.items.length > 0) {
      const item = model.items[operation.place % model.items.length];
      queue.remove(item);
      model.remove(item);
    } else if (operation.do === "move" && model.items.length > 0) {
      const item = model.items[operation.place % model.items.length];
      queue.extract(item);
      model.remove(item);
      item.priority = operation.priority;
      queue.push(item);
      model.push(item);
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
  while (model.items.length > 0) {
    const item = queue.pop();
    assertStrictEquals(item, model.items.shift());
    item!.place = undefined;
  }
  assertStrictEquals(queue.pop(), undefined);
  assertEquals([queue.size, queue.held], [0, 0]);
}

test("ready queue: gives what a sorted array gives, with few priorities", () => {
  const priority = fc.constantFrom(-Infinity, -1, -0, 0, 0.5, 3, Infinity);
  const all = fc.property(operations(priority), (operations) => check(operations));
  fc.assert(all, { numRuns: 200 });
});

test("ready queue: gives what a sorted array gives, with aging", () => {
  const priority = fc.integer({ min: -3, max: 3 });
  const aging = fc.constantFrom(0.5, 3, 1000);
  const all = fc.property(operations(priority), aging, (operations, aging) => {
    check(operations, new Ranking(aging));
  });
  fc.assert(all, { numRuns: 200 });
});

test("ready queue: items that are moved again and again are held once or twice", () => {
  const queue = new ReadyQueue<Item>();
  const items = Array.from({ length: 1000 }, (_, order) => new Item(0, order));
  items.forEach((item) => queue.push(item));
  for (let n = 0; n < 20_000; n++) {
    const item = items[n % 1000];
    queue.extract(item);
    item.priority = n % 7;
    queue.push(item);
  }
  assertLess(queue.held, 2100);
  const sorted = items.toSorted((a, b) => a.priority - b.priority || a.order - b.order);
  for (const item of sorted) {
    assertStrictEquals(queue.pop(), item);
    item.place = undefined;
  }
});

test("ready queue: gives what a sorted array gives, with more priorities than lanes", () => {
  for (
    const [priority, numRuns] of [
      [fc.integer({ min: 0, max: 99 }), 150],
      [fc.double({ noNaN: true }), 50],
    ] as const
  ) {
    const all = fc.property(operations(priority), (operations) => check(operations));
    fc.assert(all, { numRuns });
  }
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
