/** How many children an item has: a wide heap is flat, and the keys of siblings share a cache line. */
const WIDTH = 4;

/**
 * A heap that gives out items by a key, lowest first, and among equal keys by an order.
 *
 * Keys and orders are kept beside the items, so that sorting doesn't touch them: in a large heap nearly every
 * touch of an item is a cache miss. An item therefore doesn't know its place, and isn't taken out of the
 * middle: its owner leaves it as dead, passes over it at the top, and has the heap swept when many are.
 */
export class Heap<T> {
  #items: T[] = [];
  #keys: number[] = [];
  #orders: number[] = [];

  /** How many items there are, dead ones included. */
  get size(): number {
    return this.#items.length;
  }

  /** The first item. */
  peek(): T | undefined {
    return this.#items[0];
  }

  /** The first item's key; of an empty heap, `undefined`. */
  get firstKey(): number | undefined {
    return this.#keys[0];
  }

  /** The first item's order; of an empty heap, `undefined`. */
  get firstOrder(): number | undefined {
    return this.#orders[0];
  }

  /**
   * Adds an item.
   *
   * @param item The item.
   * @param key What it comes by.
   * @param order What it comes by among equal keys, different for each.
   */
  push(item: T, key: number, order: number): void {
    let hole = this.#items.length;
    while (hole > 0) {
      const parent = (hole - 1) >> 2;
      if (!this.#isBefore(key, order, parent)) break;
      this.#move(parent, hole);
      hole = parent;
    }
    this.#place(hole, item, key, order);
  }

  /** Takes the first item out. */
  pop(): T | undefined {
    const first = this.#items[0];
    const item = this.#items.pop();
    const key = this.#keys.pop()!;
    const order = this.#orders.pop()!;
    if (this.#items.length > 0) this.#sink(0, item!, key, order);
    return first;
  }

  /** Gives the first item another key, which is no lower than the one it had. */
  changeFirst(key: number, order: number): void {
    this.#sink(0, this.#items[0], key, order);
  }

  /**
   * Drops the dead.
   *
   * @param isAlive Whether an item, which was added with this order and key, stays.
   */
  sweep(isAlive: (item: T, order: number, key: number) => boolean): void {
    const kept: number[] = [];
    this.#items.forEach((item, index) => {
      if (isAlive(item, this.#orders[index], this.#keys[index])) kept.push(index);
    });
    this.#items = kept.map((index) => this.#items[index]);
    this.#keys = kept.map((index) => this.#keys[index]);
    this.#orders = kept.map((index) => this.#orders[index]);
    for (let index = (kept.length - 2) >> 2; index >= 0; index--) {
      this.#sink(index, this.#items[index], this.#keys[index], this.#orders[index]);
    }
  }

  /** Calls back for each item, in no particular order, dead ones included. */
  forEach(callback: (item: T, order: number, key: number) => void): void {
    this.#items.forEach((item, index) => callback(item, this.#orders[index], this.#keys[index]));
  }

  #sink(hole: number, item: T, key: number, order: number): void {
    const size = this.#items.length;
    for (;;) {
      let child = WIDTH * hole + 1;
      if (child >= size) break;
      const end = Math.min(child + WIDTH, size);
      for (let other = child + 1; other < end; other++) {
        if (this.#isBefore(this.#keys[other], this.#orders[other], child)) child = other;
      }
      if (this.#isBefore(key, order, child)) break;
      this.#move(child, hole);
      hole = child;
    }
    this.#place(hole, item, key, order);
  }

  #isBefore(key: number, order: number, index: number): boolean {
    const other = this.#keys[index];
    return key < other || (key === other && order < this.#orders[index]);
  }

  #move(from: number, to: number): void {
    this.#place(to, this.#items[from], this.#keys[from], this.#orders[from]);
  }

  #place(index: number, item: T, key: number, order: number): void {
    this.#items[index] = item;
    this.#keys[index] = key;
    this.#orders[index] = order;
  }
}
