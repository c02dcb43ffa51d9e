import { RunHeap } from "../base/run_heap.ts";

/** What a {@linkcode ReadyQueue} orders: by `priority`, then by `order`, lower first. */
export interface ReadyItem {
  readonly priority: number;
  /** The order of submission, different for every item. */
  readonly order: number;
  /** Whether it is in the queue. Belongs to the queue. */
  queued: boolean;
  /** The item behind this one in its lane. Belongs to the queue. */
  next: this | undefined;
}

/** A first-in-first-out list of the items of one priority. */
interface Lane<T> {
  readonly priority: number;
  head: T | undefined;
  tail: T | undefined;
}

/** So many priorities have a lane of their own; the items of further ones share the heap. */
const MAX_LANES = 32;

/** Fewer items than these that have been removed are not worth a sweep. */
const MIN_SWEEP = 32;

/**
 * The tasks that could start now, the next one first: lowest (priority, order).
 *
 * How it works: most queues see few priorities and items that come in order, so each priority has a
 * lane, a linked list through the items themselves, where adding and taking cost O(1).
 * What doesn't fit a lane (an item that comes back behind later ones, as a retry does, and any
 * item once there are more priorities than lanes) goes to a heap, O(log n). The next item is the
 * first of the foremost lane or the top of the heap, whichever comes first.
 *
 * An item that is removed from within is only marked, and passed over when its turn comes; when more than half are
 * such they are swept out, so that removing costs O(1) on average and holds no memory for long.
 */
export class ReadyQueue<T extends ReadyItem> {
  /** Sorted by priority; may be empty lanes, which wait for their priority to come again. */
  readonly #lanes: Lane<T>[] = [];
  readonly #heap = new RunHeap<T>();
  /** The lane of the last push: the next one is likely to go there too. */
  #recent: Lane<T> | undefined;
  #size = 0;
  /** Items that have been removed and are still linked. */
  #removed = 0;

  get size(): number {
    return this.#size;
  }

  /** How many items it holds on to, removed ones included. */
  get held(): number {
    return this.#size + this.#removed;
  }

  push(item: T): void {
    this.#size++;
    item.queued = true;
    const lane = this.#laneFor(item.priority);
    if (lane === undefined || (lane.tail !== undefined && lane.tail.order > item.order)) {
      this.#heap.push(item, item.priority, item.order);
      return;
    }
    if (lane.tail === undefined) lane.head = item;
    else lane.tail.next = item;
    lane.tail = item;
  }

  /** The next item, left where it is. */
  peek(): T | undefined {
    const lane = this.#foremost();
    return this.#heapIsNext(lane) ? this.#heap.peek() : lane?.head;
  }

  pop(): T | undefined {
    const lane = this.#foremost();
    const item = this.#heapIsNext(lane) ? this.#heap.pop() : lane && this.#takeHead(lane);
    if (item === undefined) return undefined;
    item.queued = false;
    this.#size--;
    return item;
  }

  /** Takes out, for good, an item that is in this queue: only one that was popped may come back. */
  remove(item: T): void {
    item.queued = false;
    this.#size--;
    this.#removed++;
    if (this.#removed >= MIN_SWEEP && this.#removed > this.#size) this.#sweep();
  }

  /** The items in no particular order. */
  values(): T[] {
    const items: T[] = [];
    for (const lane of this.#lanes) {
      for (let item = lane.head; item !== undefined; item = item.next) {
        if (item.queued) items.push(item);
      }
    }
    this.#heap.forEach((item) => {
      if (item.queued) items.push(item);
    });
    return items;
  }

  /** The first lane that has an item, which then is at its head. */
  #foremost(): Lane<T> | undefined {
    for (const lane of this.#lanes) {
      while (lane.head !== undefined) {
        if (lane.head.queued) return lane;
        this.#takeHead(lane);
        this.#removed--;
      }
    }
    return undefined;
  }

  /** Whether the heap has an item, which then is at its top, that goes before the lane's first. */
  #heapIsNext(lane: Lane<T> | undefined): boolean {
    const heap = this.#heap;
    while (heap.size > 0 && !heap.peek()!.queued) {
      heap.pop();
      this.#removed--;
    }
    if (heap.size === 0) return false;
    return lane === undefined || comesBefore(heap.peek()!, lane.head!);
  }

  #takeHead(lane: Lane<T>): T {
    const head = lane.head!;
    lane.head = head.next;
    if (head.next === undefined) lane.tail = undefined;
    // A task that has ended must not hold on to those behind it.
    else head.next = undefined;
    return head;
  }

  #sweep(): void {
    for (const lane of this.#lanes) {
      const kept: T[] = [];
      while (lane.head !== undefined) {
        const item = this.#takeHead(lane);
        if (item.queued) kept.push(item);
      }
      kept.forEach((item, index) => item.next = kept[index + 1]);
      lane.head = kept[0];
      lane.tail = kept.at(-1);
    }
    this.#heap.sweep((item) => item.queued);
    this.#removed = 0;
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
export function comesBefore(
  a: Pick<ReadyItem, "priority" | "order">,
  b: Pick<ReadyItem, "priority" | "order">,
): boolean {
  return a.priority < b.priority || (a.priority === b.priority && a.order < b.order);
}
