import { assertEquals, assertLess, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { type FairKey, FairQueue } from "../../../src/engine/fair_queue.ts";
import { Ranking } from "../../../src/engine/rank.ts";
import type { ReadyItem } from "../../../src/engine/ready_queue.ts";
import { test } from "../../harness.ts";

class Item implements ReadyItem {
  next: this | undefined = undefined;
  place: unknown = undefined;
  priority: number;
  readonly order: number;
  readonly readyAt: number;
  readonly key: string;

  constructor(priority: number, order: number, readyAt: number, key: string) {
    this.priority = priority;
    this.order = order;
    this.readyAt = readyAt;
    this.key = key;
  }
}

/** Finds which key an item has. */
function keyFinder(): (item: Item) => FairKey {
  const keys = new Map<string, FairKey>();
  return ({ key: name }) => {
    const key = keys.get(name) ?? { owed: undefined };
    keys.set(name, key);
    return key;
  };
}

const turnOf = ({ key, priority }: Item) => `${key} at ${priority}`;

/** The keys of one priority in the order of their turns, each with its items in order. */
type Ring = { readonly key: string; readonly items: Item[] }[];

/** The same in the plainest way. */
class Model {
  readonly rings = new Map<number, Ring>();
  /** The keys that have a turn back, and at which priorities, as one text. */
  readonly owed = new Set<string>();
  readonly ranking: Ranking;

  constructor(ranking: Ranking) {
    this.ranking = ranking;
  }

  push(item: Item, isFirst: boolean): void {
    const ring = this.rings.get(item.priority) ?? [];
    this.rings.set(item.priority, ring);
    const at = ring.findIndex(({ key }) => key === item.key);
    const lane = at < 0 ? { key: item.key, items: [] } : ring[at];
    lane.items.push(item);
    lane.items.sort((a, b) => a.order - b.order);
    if (at < 0) ring.push(lane);
    if (isFirst) this.owed.add(turnOf(item));
    if (isFirst || (at < 0 && this.owed.has(turnOf(item)))) {
      ring.unshift(...ring.splice(ring.indexOf(lane), 1));
    }
  }

  peek(): Item | undefined {
    return Array.from(this.rings.values(), (ring) => ring[0].items[0])
      .sort((a, b) => this.ranking.isBefore(a, b) ? -1 : 1)[0];
  }

  remove(item: Item, turns: boolean): void {
    const ring = this.rings.get(item.priority)!;
    const lane = ring.find(({ key }) => key === item.key)!;
    if (turns) this.owed.delete(turnOf(item));
    lane.items.splice(lane.items.indexOf(item), 1);
    if (turns || lane.items.length === 0) ring.splice(ring.indexOf(lane), 1);
    if (turns && lane.items.length > 0) ring.push(lane);
    if (ring.length === 0) this.rings.delete(item.priority);
  }

  items(): Item[] {
    return Array.from(this.rings.values(), (ring) => ring.flatMap(({ items }) => items)).flat();
  }
}

const operations = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        ...{ do: fc.constant("push" as const), priority: fc.nat(3), key: fc.nat(4) },
        wait: fc.nat(15),
      }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("pop" as const, "skip" as const) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constantFrom("remove" as const, "move" as const, "return" as const),
        ...{ at: fc.nat(1000), priority: fc.nat(3) },
      }),
    },
  ),
  { maxLength: 300, size: "max" },
);

for (const aging of [Infinity, 10]) {
  test(`fair queue: has the order of a plain model, aging ${aging}`, () => {
    fc.assert(fc.property(operations, (operations) => {
      const ranking = new Ranking(aging);
      const queue = new FairQueue<Item>(ranking, keyFinder());
      const model = new Model(ranking);
      const out: Item[] = [];
      let order = 0;
      let now = 0;
      for (const operation of operations) {
        switch (operation.do) {
          case "push": {
            now += operation.wait;
            const item = new Item(operation.priority, ++order, now, `${operation.key}`);
            queue.push(item);
            model.push(item, false);
            break;
          }
          case "pop":
          case "skip": {
            const item = queue[operation.do]();
            assertStrictEquals(item, model.peek());
            if (item === undefined) break;
            model.remove(item, operation.do === "pop");
            item.place = undefined;
            out.push(item);
            break;
          }
          case "return": {
            const [item] = out.splice(operation.at % (out.length + 1), 1);
            if (item === undefined) break;
            queue.putBack(item);
            model.push(item, true);
            break;
          }
          default: {
            const item = model.items()[operation.at % (order + 1)];
            if (item === undefined) break;
            model.remove(item, false);
            if (operation.do === "remove") {
              queue.remove(item);
              break;
            }
            queue.extract(item);
            item.priority = operation.priority;
            queue.push(item);
            model.push(item, false);
          }
        }
        assertStrictEquals(queue.peek(), model.peek());
        assertEquals(queue.size, model.items().length);
      }
      const byOrder = (a: Item, b: Item) => a.order - b.order;
      assertEquals(queue.items().sort(byOrder), model.items().sort(byOrder));
    }));
  });
}

test("fair queue: holds little of what was removed", () => {
  const queue = new FairQueue<Item>(new Ranking(), keyFinder());
  const items = Array.from({ length: 10_000 }, (_, n) => new Item(n % 3, n, 0, `${n % 5}`));
  for (const item of items) queue.push(item);
  for (const item of items) if (item.order % 100 !== 0) queue.remove(item);
  assertEquals(queue.size, 100);
  assertLess(queue.held, 1000);
});

test("fair queue: a key that has its turn back comes first, also when its item was held back in between", () => {
  const queue = new FairQueue<Item>(new Ranking(), keyFinder());
  const [a, b, c] = ["a", "b", "c"].map((key, n) => new Item(1, n, 0, key));
  queue.push(a);
  queue.push(b);
  queue.push(c);
  assertStrictEquals(queue.pop(), a);
  queue.putBack(a);
  assertStrictEquals(queue.skip(), a);
  queue.push(a);
  assertStrictEquals(queue.pop(), a);
  // It has had its turn.
  queue.push(a);
  assertStrictEquals(queue.pop(), b);
});

test("fair queue: a key has its turns back at each priority", () => {
  const queue = new FairQueue<Item>(new Ranking(), keyFinder());
  const [first, second] = [new Item(1, 0, 0, "a"), new Item(2, 1, 0, "a")];
  const [other, another] = [new Item(1, 2, 0, "b"), new Item(2, 3, 0, "b")];
  for (const item of [first, second]) queue.push(item);
  for (const item of [first, second]) assertStrictEquals(queue.pop(), item);
  for (const item of [first, second]) queue.putBack(item);
  // Both are held back for a while.
  for (const item of [first, second]) assertStrictEquals(queue.skip(), item);
  for (const item of [other, another, first, second]) queue.push(item);
  for (const item of [first, other, second, another]) assertStrictEquals(queue.pop(), item);
});
