import { Heap, type HeapItem } from "./heap.ts";

/** What a {@linkcode ReadyQueue} orders: by `priority`, then by `order`, lower first. */
export interface ReadyItem extends HeapItem {
  readonly priority: number;
  /** The order of submission, different for every item. */
  readonly order: number;
  /** The item behind this one in its lane. Belongs to the queue. */
  next: this | undefined;
  /** The item before this one in its lane. Belongs to the queue. */
  previous: this | undefined;
}

/** A first-in-first-out list of the items of one priority. */
interface Lane<T> {
  priority: number;
  head: T | undefined;
  tail: T | undefined;
}

/** So many priorities have a lane of their own; the items of further ones share the heap. */
const MAX_LANES = 32;

/**
 * The tasks that could start now, the next one first: lowest (priority, order).
 *
 * How it works: most queues see few priorities and items that come in order, so each priority has a
 * lane, a linked list through the items themselves, where adding, taking and removing cost O(1).
 * What doesn't fit a lane (an item that comes back behind later ones, as a retry does, and any
 * item once there are more priorities than lanes) goes to a heap, O(log n). The next item is the
 * first of the foremost lane or the top of the heap, whichever comes first.
 */
export class ReadyQueue<T extends ReadyItem> {
  /** Sorted by priority; may be empty lanes, which wait for their priority to come again. */
  readonly #lanes: Lane<T>[] = [];
  readonly #heap = new Heap<T>(comesBefore);
  /** The lane of the last push: the next one is likely to go there too. */
  #recent: Lane<T> | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(item: T): void {
    this.#size++;
    const lane = this.#laneFor(item.priority);
    if (lane === undefined || (lane.tail !== undefined && lane.tail.order > item.order)) {
      this.#heap.push(item);
      return;
    }
    item.previous = lane.tail;
    if (lane.tail === undefined) lane.head = item;
    else lane.tail.next = item;
    lane.tail = item;
  }

  /** The next item, left where it is. */
  peek(): T | undefined {
    const top = this.#heap.peek();
    const head = this.#foremost()?.head;
    return head === undefined || (top !== undefined && comesBefore(top, head)) ? top : head;
  }

  pop(): T | undefined {
    const item = this.peek();
    if (item !== undefined) this.remove(item);
    return item;
  }

  /** Takes out an item that is in this queue. */
  remove(item: T): void {
    this.#size--;
    if (item.heapIndex >= 0) {
      this.#heap.remove(item);
      return;
    }
    const { previous, next } = item;
    if (previous !== undefined) previous.next = next;
    if (next !== undefined) next.previous = previous;
    if (previous === undefined || next === undefined) {
      const lane = this.#laneFor(item.priority)!;
      if (previous === undefined) lane.head = next;
      if (next === undefined) lane.tail = previous;
    }
    item.previous = item.next = undefined;
  }

  /** The items in no particular order. The queue must not change meanwhile. */
  *values(): IterableIterator<T> {
    for (const lane of this.#lanes) {
      for (let item = lane.head; item !== undefined; item = item.next) yield item;
    }
    yield* this.#heap.values();
  }

  #foremost(): Lane<T> | undefined {
    for (const lane of this.#lanes) if (lane.head !== undefined) return lane;
    return undefined;
  }

  /** The lane of a priority, made if there is room for one. A priority that has items keeps its lane. */
  #laneFor(priority: number): Lane<T> | undefined {
    if (this.#recent !== undefined && this.#recent.priority === priority) return this.#recent;
    const lanes = this.#lanes;
    let low = 0;
    let high = lanes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (lanes[middle].priority < priority) low = middle + 1;
      else high = middle;
    }
    let lane: Lane<T> | undefined = lanes[low];
    if (lane === undefined || lane.priority !== priority) {
      if (lanes.length === MAX_LANES) {
        const unused = lanes.findIndex((lane) => lane.head === undefined);
        if (unused < 0) return undefined;
        lanes.splice(unused, 1);
        if (unused < low) low--;
      }
      lane = { priority, head: undefined, tail: undefined };
      lanes.splice(low, 0, lane);
    }
    this.#recent = lane;
    return lane;
  }
}

/** Whether `a` goes before `b`: by priority, then by order of submission. */
export function comesBefore(a: ReadyItem, b: ReadyItem): boolean {
  return a.priority < b.priority || (a.priority === b.priority && a.order < b.order);
}
