/** The numbers that workers have: the smallest free one is given to the next, and comes back when its holder gives it up. */
export class Ids<Holder extends { readonly id: number }> {
  readonly #holders = new Map<number, Holder>();

  /** How many are taken. */
  get size(): number {
    return this.#holders.size;
  }

  /** The number that the next holder is to have. */
  get next(): number {
    let id = 1;
    while (this.#holders.has(id)) id++;
    return id;
  }

  /** Whether a holder still has its number. */
  has(holder: Holder): boolean {
    return this.#holders.get(holder.id) === holder;
  }

  take(holder: Holder): void {
    this.#holders.set(holder.id, holder);
  }

  /** Frees a holder's number; `false` if it is no longer the holder's. */
  free(holder: Holder): boolean {
    return this.has(holder) && this.#holders.delete(holder.id);
  }
}
