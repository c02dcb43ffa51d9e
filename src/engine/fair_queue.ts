import { Heap } from "../base/heap.ts";
import { NOWHERE } from "../task/place.ts";
import { Line } from "./line.ts";
import type { Ranking } from "./rank.ts";
import type { Ready, ReadyItem } from "./ready_queue.ts";

/** Fewer dead entries than these are not worth a sweep. */
const MIN_SWEEP = 32;

/** What takes turns. */
export interface FairKey {
  /** The priorities in whose rings it is first when it comes again: it has its last turn there back. */
  owed: Set<number> | undefined;
}

/** The items of one priority and one key, first in, first out. */
interface Lane<T extends ReadyItem> {
  readonly key: FairKey;
  /** By order of submission, removed items included. */
  readonly items: Line<T>;
  /** How many of them are there. */
  size: number;
  before: Lane<T>;
  after: Lane<T>;
}

/** The keys of one priority, which take turns. */
interface Ring<T extends ReadyItem> {
  readonly priority: number;
  readonly lanes: Map<FairKey, Lane<T>>;
  /** The lane whose turn it is. */
  first: Lane<T> | undefined;
  /** The rank and the order of its first item, by which the ring is in the heap. */
  rank: number;
  order: number;
}

/**
 * A {@linkcode Ready} queue in which keys take turns: each priority has a ring of keys, first in, first out within each key. What
 * comes next is the first item of the ring's key whose turn it is, of the ring whose next item ranks first.
 */
export class FairQueue<T extends ReadyItem> implements Ready<T> {
  readonly status = "pending";
  size = 0;
  readonly #ranking: Ranking;
  readonly #keyOf: (item: T) => FairKey;
  readonly #rings = new Map<number, Ring<T>>();
  /** By what comes next of each; entries of the past are passed over. */
  readonly #next = new Heap<Ring<T>>();

  /**
   * @param ranking What goes before what.
   * @param keyOf Which key an item has.
   */
  constructor(ranking: Ranking, keyOf: (item: T) => FairKey) {
    this.#ranking = ranking;
    this.#keyOf = keyOf;
  }

  get held(): number {
    let held = 0;
    for (const { lanes } of this.#rings.values()) {
      for (const { items } of lanes.values()) held += items.size;
    }
    return held;
  }

  push(item: T): void {
    this.#add(item);
  }

  putBack(item: T): void {
    (this.#keyOf(item).owed ??= new Set()).add(item.priority);
    const { ring, lane } = this.#add(item);
    if (lane === ring.first) return;
    unlink(ring, lane);
    link(ring, lane);
    ring.first = lane;
    this.#seat(ring);
  }

  peek(): T | undefined {
    const ring = this.#nextRing();
    return ring && this.#firstOf(ring);
  }

  pop(): T | undefined {
    return this.#take((ring, lane) => {
      ring.first = lane.after;
      lane.key.owed?.delete(ring.priority);
    });
  }

  skip(): T | undefined {
    return this.#take(() => {});
  }

  remove(item: T): boolean {
    const ring = this.#rings.get(item.priority)!;
    const lane = ring.lanes.get(this.#keyOf(item))!;
    item.place = NOWHERE;
    this.#left(ring, lane);
    if (lane.items.size - lane.size > Math.max(MIN_SWEEP, lane.size)) {
      lane.items.sweep((item) => this.#isIn(ring, item));
    }
    return true;
  }

  extract(item: T): void {
    this.remove(item);
  }

  replaces(next: T, popped: T): boolean {
    // Within a priority it is by turns that one went before the other.
    return next.priority !== popped.priority &&
      this.#ranking.rank(next) < this.#ranking.rank(popped);
  }

  items(): T[] {
    const items = new Set<T>();
    for (const ring of this.#rings.values()) {
      for (const lane of ring.lanes.values()) {
        lane.items.forEach((item) => {
          if (this.#isIn(ring, item)) items.add(item);
        });
      }
    }
    return Array.from(items);
  }

  #add(item: T): { ring: Ring<T>; lane: Lane<T> } {
    const { priority } = item;
    let ring = this.#rings.get(priority);
    if (ring === undefined) {
      ring = { priority, lanes: new Map(), first: undefined, rank: NaN, order: 0 };
      this.#rings.set(priority, ring);
    }
    const key = this.#keyOf(item);
    let lane = ring.lanes.get(key);
    if (lane === undefined) {
      lane = { key, items: new Line<T>(), size: 0 } as Lane<T>;
      ring.lanes.set(key, lane);
      link(ring, lane);
      if (key.owed?.has(priority)) ring.first = lane;
    }
    item.place = this;
    lane.items.push(item);
    lane.size++;
    this.size++;
    if (lane === ring.first) this.#seat(ring);
    return { ring, lane };
  }

  /** @param turn What becomes of the turns. */
  #take(turn: (ring: Ring<T>, lane: Lane<T>) => void): T | undefined {
    const ring = this.#nextRing();
    if (ring === undefined) return undefined;
    const lane = ring.first!;
    const item = this.#firstOf(ring);
    lane.items.pop();
    // One that was moved there and back is in the heap twice.
    item.place = NOWHERE;
    turn(ring, lane);
    this.#left(ring, lane);
    return item;
  }

  /** An item has left a lane. */
  #left(ring: Ring<T>, lane: Lane<T>): void {
    this.size--;
    if (--lane.size === 0) {
      ring.lanes.delete(lane.key);
      unlink(ring, lane);
    }
    if (ring.first === undefined) this.#rings.delete(ring.priority);
    else this.#seat(ring);
  }

  /** Puts a ring, which is not empty, where its next item belongs. */
  #seat(ring: Ring<T>): void {
    const item = this.#firstOf(ring);
    const rank = this.#ranking.rank(item);
    // Without aging a ring's rank is its priority, whatever comes next.
    if (rank === ring.rank && (this.#ranking.aging === Infinity || item.order === ring.order)) {
      return;
    }
    ring.rank = rank;
    ring.order = item.order;
    this.#next.push(ring, rank, item.order);
    if (this.#next.size > MIN_SWEEP + 2 * this.#rings.size) {
      this.#next.sweep((ring, order, rank) => this.#isSeat(ring, order, rank));
    }
  }

  /** The ring whose next item comes first. */
  #nextRing(): Ring<T> | undefined {
    const rings = this.#next;
    while (rings.size > 0) {
      const ring = rings.peek()!;
      if (this.#isSeat(ring, rings.firstOrder!, rings.firstKey!)) return ring;
      rings.pop();
    }
    return undefined;
  }

  #isSeat(ring: Ring<T>, order: number, rank: number): boolean {
    return this.#rings.get(ring.priority) === ring && ring.order === order && ring.rank === rank;
  }

  /** The next item of a ring that is not empty. */
  #firstOf(ring: Ring<T>): T {
    const { items } = ring.first!;
    while (!this.#isIn(ring, items.peek()!)) items.pop();
    return items.peek()!;
  }

  #isIn(ring: Ring<T>, item: T): boolean {
    return item.place === this && item.priority === ring.priority;
  }
}

/** Puts a lane behind all others of a ring. */
function link<T extends ReadyItem>(ring: Ring<T>, lane: Lane<T>): void {
  const { first } = ring;
  if (first === undefined) {
    ring.first = lane.before = lane.after = lane;
    return;
  }
  lane.before = first.before;
  lane.after = first;
  first.before = first.before.after = lane;
}

/** Takes a lane out of a ring; the turn goes on to the next one. */
function unlink<T extends ReadyItem>(ring: Ring<T>, lane: Lane<T>): void {
  lane.before.after = lane.after;
  lane.after.before = lane.before;
  if (ring.first === lane) ring.first = lane.after === lane ? undefined : lane.after;
}
