import { RunHeap } from "../base/run_heap.ts";
import { NOWHERE, type Place } from "../task/place.ts";
import { type Ranked, Ranking } from "./rank.ts";

/** What a {@linkcode ReadyQueue} orders. */
export interface ReadyItem extends Ranked {
  /** Where it is: in this queue or elsewhere. */
  place: unknown;
  /** The item behind this one in its line. Belongs to the queue. */
  next: this | undefined;
}

/** The tasks that could start now, in the order in which they should. */
export interface Ready<T> extends Place<T> {
  /** How many items it holds on to, removed ones included. */
  readonly held: number;
  /** Adds an item. */
  push(item: T): void;
  /** The next item, left where it is. */
  peek(): T | undefined;
  /** Takes out the next item, whose turn it is. */
  pop(): T | undefined;
  /** Takes out the next item, which leaves its turn to others. */
  skip(): T | undefined;
  /** Adds an item again that was popped and has not had its turn. */
  putBack(item: T): void;
  /** Takes an item out that may come again. Its priority is changed after that. */
  extract(item: T): void;
  /** Whether the next item is to start instead of one that was popped before. */
  replaces(next: T, popped: T): boolean;
  items(): T[];
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
 * The tasks that could start now, the next one first: lowest (rank, order).
 *
 * How it works: most queues see few priorities and items that come in order, so each priority has a
 * line, a linked list through the items themselves, where adding and taking cost O(1).
 * What doesn't fit a line (an item that comes back behind later ones, as a retry does, and any
 * item once there are more priorities than lines) goes to a heap, O(log n). The next item is the
 * first of the foremost line or the top of the heap, whichever comes first.
 *
 * With aging hardly two items are of one rank, so that all go to the heap.
 *
 * An item that is removed from within is only marked, and passed over when its turn comes; when more than half are
 * such they are swept out, so that removing costs O(1) on average and holds no memory for long.
 */
export class ReadyQueue<T extends ReadyItem> implements Ready<T> {
  readonly status = "pending";
  readonly #ranking: Ranking;
  /** Sorted by priority; may be empty lines, which wait for their priority to come again. */
  readonly #lines: Line<T>[] = [];
  readonly #heap = new RunHeap<T>();
  /** The line of the last push: the next one is likely to go there too. */
  #recent: Line<T> | undefined;
  #size = 0;
  /** Items that have been removed and are still linked. */
  #removed = 0;
  /** Those of them that are linked in a line and may have come back, to the heap. */
  readonly #extracted = new Set<T>();
  /** The next item, from when it is looked for until anything changes. */
  #next: T | undefined;
  /** The line that it is the first of; `undefined` where it is in the heap. */
  #nextLine: Line<T> | undefined;

  /** @param ranking What goes before what. */
  constructor(ranking: Ranking = new Ranking()) {
    this.#ranking = ranking;
  }

  get size(): number {
    return this.#size;
  }

  /** How many items it holds on to, removed ones included. */
  get held(): number {
    return this.#size + this.#removed;
  }

  push(item: T): void {
    this.#size++;
    this.#next = undefined;
    item.place = this;
    const line = this.#ranking.aging === Infinity ? this.#lineFor(item.priority) : undefined;
    if (
      line === undefined || (line.tail !== undefined && line.tail.order > item.order) ||
      (this.#extracted.size > 0 && this.#extracted.has(item))
    ) {
      this.#heap.push(item, this.#ranking.rank(item), item.order);
      return;
    }
    if (line.tail === undefined) line.head = item;
    else line.tail.next = item;
    line.tail = item;
  }

  /** The next item, left where it is. */
  peek(): T | undefined {
    if (this.#next !== undefined) return this.#next;
    const line = this.#foremost();
    const isInHeap = this.#heapIsNext(line);
    this.#nextLine = isInHeap ? undefined : line;
    return this.#next = isInHeap ? this.#heap.peek() : line?.head;
  }

  pop(): T | undefined {
    const item = this.peek();
    if (item === undefined) return undefined;
    if (this.#nextLine === undefined) this.#heap.pop();
    else this.#takeHead(this.#nextLine);
    this.#next = undefined;
    this.#size--;
    return item;
  }

  skip(): T | undefined {
    return this.pop();
  }

  putBack(item: T): void {
    this.push(item);
  }

  extract(item: T): void {
    // What it is linked by can't link it again before that link is passed.
    if (item.next !== undefined || this.#lines.some(({ tail }) => tail === item)) {
      this.#extracted.add(item);
    }
    this.remove(item);
  }

  replaces(next: T, popped: T): boolean {
    return this.#ranking.isBefore(next, popped);
  }

  /** Takes out, for good, an item that is in this queue: one that may come back is popped or extracted. */
  remove(item: T): boolean {
    item.place = NOWHERE;
    this.#next = undefined;
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
        if (this.#isInLine(item)) items.push(item);
      }
    }
    this.#heap.forEach((item, rank) => {
      if (this.#isInHeap(item, rank)) items.push(item);
    });
    // One that was moved there and back is in the heap twice.
    return this.#removed === 0 ? items : Array.from(new Set(items));
  }

  /** The first line that has an item, which then is at its head. */
  #foremost(): Line<T> | undefined {
    for (const line of this.#lines) {
      while (line.head !== undefined) {
        if (this.#isInLine(line.head)) return line;
        this.#extracted.delete(this.#takeHead(line));
        this.#removed--;
      }
    }
    return undefined;
  }

  /** Whether the heap has an item, which then is at its top, that goes before the line's first. */
  #heapIsNext(line: Line<T> | undefined): boolean {
    const heap = this.#heap;
    while (heap.size > 0 && !this.#isInHeap(heap.peek()!, heap.firstKey!)) {
      heap.pop();
      this.#removed--;
    }
    if (heap.size === 0) return false;
    return line === undefined || this.#ranking.isBefore(heap.peek()!, line.head!);
  }

  #isInLine(item: T): boolean {
    return item.place === this && (this.#extracted.size === 0 || !this.#extracted.has(item));
  }

  /** @param rank The rank that it was put in with. */
  #isInHeap(item: T, rank: number): boolean {
    return item.place === this && this.#ranking.rank(item) === rank;
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
    let linked = 0;
    for (const line of this.#lines) {
      const kept: T[] = [];
      while (line.head !== undefined) {
        const item = this.#takeHead(line);
        if (this.#isInLine(item)) kept.push(item);
      }
      kept.forEach((item, index) => item.next = kept[index + 1]);
      line.head = kept[0];
      line.tail = kept.at(-1);
      linked += kept.length;
    }
    this.#extracted.clear();
    this.#heap.sweep((item, rank) => this.#isInHeap(item, rank));
    this.#removed = linked + this.#heap.size - this.#size;
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
