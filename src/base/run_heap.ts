import { Heap } from "./heap.ts";

/** How many items are sorted at a time: a processor's second cache has room for them. */
const RUN_ITEMS = 16_384;

/** How many more runs there may be than the items would fill: of each a few items may be left. */
const MAX_PARTIAL_RUNS = 64;

/** Items in the order in which they come; those before `next` have been given out. */
interface Run<T> {
  readonly items: (T | undefined)[];
  readonly keys: number[];
  readonly orders: number[];
  next: number;
}

/**
 * A {@linkcode Heap} for very many items.
 *
 * How it works: in a heap that is larger than the processor's cache each step of an item's way misses it. So items come
 * into a small heap, and whenever that is full it is emptied into a run, in order. What comes next is the first of
 * the small heap or of the runs, which a heap of runs knows; a run is read from its front to its end, which the
 * cache is made for. This is external sorting by replacement of disks with memory (Knuth, The Art of Computer
 * Programming, vol. 3, 5.4).
 */
export class RunHeap<T> {
  readonly #recent = new Heap<T>();
  #runs = new Heap<Run<T>>();
  #size = 0;
  readonly #limit: number;

  /** @param limit How many items are sorted at a time. */
  constructor(limit = RUN_ITEMS) {
    this.#limit = limit;
  }

  /** How many items there are, dead ones included. */
  get size(): number {
    return this.#size;
  }

  /** How many runs there are. */
  get runs(): number {
    return this.#runs.size;
  }

  /** Adds an item; see {@linkcode Heap.push}. */
  push(item: T, key: number, order: number): void {
    if (this.#recent.size === this.#limit) this.#spill();
    this.#recent.push(item, key, order);
    this.#size++;
  }

  /** The first item's key; of an empty heap, `undefined`. */
  get firstKey(): number | undefined {
    return this.#recentIsNext() ? this.#recent.firstKey : this.#runs.firstKey;
  }

  /** The first item. */
  peek(): T | undefined {
    if (this.#recentIsNext()) return this.#recent.peek();
    const run = this.#runs.peek();
    return run?.items[run.next];
  }

  /** Takes the first item out. */
  pop(): T | undefined {
    if (this.#size === 0) return undefined;
    this.#size--;
    return this.#recentIsNext() ? this.#recent.pop() : this.#popRun();
  }

  /** Drops the dead; see {@linkcode Heap.sweep}. */
  sweep(isAlive: (item: T, key: number) => boolean): void {
    this.#makeRun();
    const runs = this.#runs;
    this.#runs = new Heap();
    this.#size = 0;
    runs.forEach(({ items, keys, orders, next }) => {
      for (let i = next; i < items.length; i++) {
        if (isAlive(items[i]!, keys[i])) this.push(items[i]!, keys[i], orders[i]);
      }
    });
  }

  /** Calls back for each item, in no particular order, dead ones included. */
  forEach(callback: (item: T, key: number) => void): void {
    this.#recent.forEach((item, _order, key) => callback(item, key));
    this.#runs.forEach(({ items, keys, next }) => {
      for (let i = next; i < items.length; i++) callback(items[i]!, keys[i]);
    });
  }

  #recentIsNext(): boolean {
    const key = this.#recent.firstKey;
    if (key === undefined) return false;
    const other = this.#runs.firstKey;
    return other === undefined || key < other ||
      (key === other && this.#recent.firstOrder! < this.#runs.firstOrder!);
  }

  #popRun(): T {
    const run = this.#runs.peek()!;
    const item = run.items[run.next]!;
    // It may live long, and the items need not.
    run.items[run.next++] = undefined;
    if (run.next === run.items.length) this.#runs.pop();
    else this.#runs.changeFirst(run.keys[run.next], run.orders[run.next]);
    return item;
  }

  /** Empties the small heap. */
  #spill(): void {
    if (this.#runs.size > MAX_PARTIAL_RUNS + 2 * this.#size / this.#limit) this.sweep(() => true);
    else this.#makeRun();
  }

  /** Makes a run of what is in the small heap. */
  #makeRun(): void {
    const recent = this.#recent;
    if (recent.size === 0) return;
    const run: Run<T> = { items: [], keys: [], orders: [], next: 0 };
    while (recent.size > 0) {
      run.keys.push(recent.firstKey!);
      run.orders.push(recent.firstOrder!);
      run.items.push(recent.pop());
    }
    this.#runs.push(run, run.keys[0], run.orders[0]);
  }
}
