/** What a {@linkcode Heap} holds: an item that knows its place, so that it can be taken out. */
export interface HeapItem {
  /** The item's place in the heap it is in, or -1. Belongs to the heap. */
  heapIndex: number;
}

/**
 * A binary heap whose items can be removed from the middle in O(log n).
 *
 * An item is in one heap at a time, since it carries its own index.
 */
export class Heap<T extends HeapItem> {
  readonly #items: T[] = [];
  readonly #before: (a: T, b: T) => boolean;

  /** @param before Whether `a` comes out before `b`; a strict order over all items. */
  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#items.length;
  }

  peek(): T | undefined {
    return this.#items[0];
  }

  push(item: T): void {
    this.#items.push(item);
    this.#up(item, this.#items.length - 1);
  }

  pop(): T | undefined {
    const first = this.#items[0];
    if (first !== undefined) this.remove(first);
    return first;
  }

  /** Takes out an item that is in this heap. */
  remove(item: T): void {
    const index = item.heapIndex;
    const last = this.#items.pop()!;
    item.heapIndex = -1;
    if (last === item) return;
    this.#down(last, index);
    if (last.heapIndex === index) this.#up(last, index);
  }

  /** The items in no particular order. The heap must not change meanwhile. */
  values(): IterableIterator<T> {
    return this.#items.values();
  }

  #up(item: T, index: number): void {
    const items = this.#items;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#before(item, items[parent])) break;
      this.#place(items[parent], index);
      index = parent;
    }
    this.#place(item, index);
  }

  #down(item: T, index: number): void {
    const items = this.#items;
    const firstLeaf = items.length >> 1;
    while (index < firstLeaf) {
      let child = 2 * index + 1;
      if (child + 1 < items.length && this.#before(items[child + 1], items[child])) child++;
      if (!this.#before(items[child], item)) break;
      this.#place(items[child], index);
      index = child;
    }
    this.#place(item, index);
  }

  #place(item: T, index: number): void {
    this.#items[index] = item;
    item.heapIndex = index;
  }
}
