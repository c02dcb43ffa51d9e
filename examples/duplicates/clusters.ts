/** Things that are joined two by two: a disjoint-set forest. */
export class Clusters {
  /** Of each thing another one of its cluster that is nearer to the first; the first is its own. */
  readonly #parents: number[];

  /** @param count How many things there are, each alone. */
  constructor(count: number) {
    this.#parents = Array.from({ length: count }, (_, n) => n);
  }

  /** Makes one cluster of the two that these are in. */
  join(a: number, b: number): void {
    const [first, second] = [this.#first(a), this.#first(b)].sort((a, b) => a - b);
    this.#parents[second] = first;
  }

  /** Whether these are in one cluster. */
  joined(a: number, b: number): boolean {
    return this.#first(a) === this.#first(b);
  }

  /** The clusters of more than one thing; the things in order, the clusters by their first. */
  groups(): number[][] {
    const all = Map.groupBy(this.#parents.keys(), (n) => this.#first(n)).values();
    return Array.from(all).filter((group) => group.length > 1);
  }

  #first(n: number): number {
    const parents = this.#parents;
    // Halves the way for whoever asks next.
    while (parents[n] !== n) n = parents[n] = parents[parents[n]];
    return n;
  }
}
