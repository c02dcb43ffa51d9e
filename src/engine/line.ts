import { Heap } from "../base/heap.ts";

/** How many places at the front may be empty before the rest is moved. */
const MAX_EMPTY = 32;

/**
 * Items by order of submission, lowest first. Most come in order, so that they are kept in an array; those that come back behind
 * later ones are in a heap. Removed items stay until they are passed over.
 */
export class Line<T extends { readonly order: number }> {
  #items: (T | undefined)[] = [];
  #first = 0;
  #early: Heap<T> | undefined = undefined;

  /** How many items it holds, removed ones included. */
  get size(): number {
    return this.#items.length - this.#first + (this.#early?.size ?? 0);
  }

  push(item: T): void {
    const items = this.#items;
    const { length } = items;
    if (length === this.#first || items[length - 1]!.order < item.order) items.push(item);
    else (this.#early ??= new Heap()).push(item, item.order, 0);
  }

  peek(): T | undefined {
    return this.#earlyIsNext() ? this.#early!.peek() : this.#items[this.#first];
  }

  pop(): T | undefined {
    if (this.#earlyIsNext()) return this.#early!.pop();
    const item = this.#items[this.#first];
    if (item === undefined) return undefined;
    // It may live long, and the items need not.
    this.#items[this.#first] = undefined;
    if (++this.#first > MAX_EMPTY && this.#first * 2 > this.#items.length) this.#trim();
    return item;
  }

  /** Drops the removed. */
  sweep(isThere: (item: T) => boolean): void {
    this.#trim();
    this.#items = this.#items.filter((item) => isThere(item!));
    this.#early?.sweep(isThere);
  }

  forEach(callback: (item: T) => void): void {
    for (let n = this.#first; n < this.#items.length; n++) callback(this.#items[n]!);
    this.#early?.forEach(callback);
  }

  #earlyIsNext(): boolean {
    const order = this.#early?.firstKey;
    if (order === undefined) return false;
    const item = this.#items[this.#first];
    return item === undefined || order < item.order;
  }

  #trim(): void {
    this.#items = this.#items.slice(this.#first);
    this.#first = 0;
  }
}
