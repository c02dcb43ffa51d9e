import { RunHeap } from "../base/run_heap.ts";
import { NOWHERE, type Place } from "../task/place.ts";

/** What a {@linkcode ReadyQueue} orders: by `priority`, then by `order`, lower first. */
export interface ReadyItem {
  readonly priority: number;
  /** The order of submission, different for every item. */
  readonly order: number;
  /** Where it is: in this queue or elsewhere. */
  place: unknown;
  /** The item behind this one in its line. Belongs to the queue. */
  next: this | undefined;
}

/** A first-in-first-out list of the items of one priority. */
interface Line<T> {
  readonly priority: number;
  head: T | undefined;
  tail: T | undefined;
}

/** How many priorities have a line of their own; the items of further ones share the heap. */
const MAX_LINES = 32;

/** Fewer removed items than these are not worth a sweep. */
const MIN_SWEEP = 32;

/**
 * The tasks that could start now, the next one first: lowest (priority, order).
 *
 * How it works: most queues see few priorities and items that come in order, so each priority has a
 * line, a linked list through the items themselves, where adding and taking cost O(1).
 * What doesn't fit a line (an item that comes back behind later ones, as a retry does, and any
 * item once there are more priorities than lines) goes to a heap, O(log n). The next item is the
 * first of the foremost line or the top of the heap, whichever comes first.
 *
 * An item that is removed from within is only marked, and passed over when its turn comes; when more than half are
 * such they are swept out, so that removing costs O(1) on average and holds no memory for long.
 */
export class ReadyQueue<T extends ReadyItem> implements Place<T> {
  readonly status = "pending";
  /** Sorted by priority; may be empty lines, which wait for their priority to come again. */
  readonly #lines: Line<T>[] = [];
  readonly #heap = new RunHeap<T>();
  /** The line of the last push: the next one is likely to go there too. */
  #recent: Line<T> | undefined;
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
    item.place = this;
    const line = this.#lineFor(item.priority);
    if (line === undefined || (line.tail !== undefined && line.tail.order > item.order)) {
      this.#heap.push(item, item.priority, item.order);
      return;
    }
    if (line.tail === undefined) line.head = item;
    else line.tail.next = item;
    line.tail = item;
  }

  /** The next item, left where it is. */
  peek(): T | undefined {
    const line = this.#foremost();
    return this.#heapIsNext(line) ? this.#heap.peek() : line?.head;
  }

  pop(): T | undefined {
    const line = this.#foremost();
    const item = this.#heapIsNext(line) ? this.#heap.pop() : line && this.#takeHead(line);
    if (item === undefined) return undefined;
    this.#size--;
    return item;
  }

  /** Takes out, for good, an item that is in this queue: only one that was popped may come back. */
  remove(item: T): boolean {
    item.place = NOWHERE;
    this.#size--;
    this.#removed++;
    if (this.#removed >= MIN_SWEEP && this.#removed > this.#size) this.#sweep();
    return true;
  }

  /** The items in no particular order. */
  items(): T[] {
    const items: T[] = [];
    for (const line of this.#lines) {
      for (let item = line.head; item !== undefined; item = item.next) {
        if (this.#has(item)) items.push(item);
      }
    }
    this.#heap.forEach((item) => {
      if (this.#has(item)) items.push(item);
    });
    return items;
  }

  /** The first line that has an item, which then is at its head. */
  #foremost(): Line<T> | undefined {
    for (const line of this.#lines) {
      while (line.head !== undefined) {
        if (this.#has(line.head)) return line;
        this.#takeHead(line);
        this.#removed--;
      }
    }
    return undefined;
  }

  /** Whether the heap has an item, which then is at its top, that goes before the line's first. */
  #heapIsNext(line: Line<T> | undefined): boolean {
    const heap = this.#heap;
    while (heap.size > 0 && !this.#has(heap.peek()!)) {
      heap.pop();
      this.#removed--;
    }
    if (heap.size === 0) return false;
    return line === undefined || comesBefore(heap.peek()!, line.head!);
  }

  #has(item: T): boolean {
    return item.place === this;
  }

  #takeHead(line: Line<T>): T {
    const head = line.head!;
    line.head = head.next;
    if (head.next === undefined) line.tail = undefined;
    // A task that has ended must not hold on to those behind it.
    else head.next = undefined;
    return head;
  }

  #sweep(): void {
    for (const line of this.#lines) {
      const kept: T[] = [];
      while (line.head !== undefined) {
        const item = this.#takeHead(line);
        if (this.#has(item)) kept.push(item);
      }
      kept.forEach((item, index) => item.next = kept[index + 1]);
      line.head = kept[0];
      line.tail = kept.at(-1);
    }
    this.#heap.sweep((item) => this.#has(item));
    this.#removed = 0;
  }

  /** The line of a priority, made if there is room for one. A priority that has items keeps its line. */
  #lineFor(priority: number): Line<T> | undefined {
    if (this.#recent !== undefined && this.#recent.priority === priority) return this.#recent;
    const lines = this.#lines;
    let low = 0;
    let high = lines.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (lines[middle].priority < priority) low = middle + 1;
      else high = middle;
    }
    let line: Line<T> | undefined = lines[low];
    if (line === undefined || line.priority !== priority) {
      if (lines.length === MAX_LINES) {
        const unused = lines.findIndex((line) => line.head === undefined);
        if (unused < 0) return undefined;
        lines.splice(unused, 1);
        if (unused < low) low--;
      }
      line = { priority, head: undefined, tail: undefined };
      lines.splice(low, 0, line);
    }
    this.#recent = line;
    return line;
  }
}

/** Whether `a` goes before `b`: by priority, then by order of submission. */
export function comesBefore(
  a: Pick<ReadyItem, "priority" | "order">,
  b: Pick<ReadyItem, "priority" | "order">,
): boolean {
  return a.priority < b.priority || (a.priority === b.priority && a.order < b.order);
}
