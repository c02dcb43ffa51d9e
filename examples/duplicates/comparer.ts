import { importTasks, type ProcessQueue } from "@trilane/trilane";
import type { Checkpoint } from "@trilane/trilane/checkpoint";
import type { Content } from "./exact.ts";
import { type Failure, failureOf } from "./failure.ts";

/** Two texts by their numbers, the lower one first. */
export type Pair = readonly [a: number, b: number];

/** The arguments of `compare`. */
type Paths = [a: string, b: string];

const { compare } = importTasks<typeof import("./compare.ts")>(
  new URL("./compare.ts", import.meta.url),
);

/** So many pairs are on their way to the processes: enough for all of them to have work. */
const WINDOW = 64;

/** Has texts compared in processes and keeps how similar they are. A checkpoint skips what it knows. */
export class Comparer {
  readonly failures: Failure[] = [];
  /** How many pairs were asked for. */
  pairs = 0;
  /** How many of them were known from an earlier run. */
  skipped = 0;
  readonly #texts: readonly Content[];
  readonly #processes: ProcessQueue;
  readonly #checkpoint: Checkpoint | undefined;
  /** The number of each text by its path. */
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #similarities = new Map<string, number>();

  /**
   * @param texts The texts, numbered by their order.
   * @param processes The lane that compares.
   * @param checkpoint What remembers how similar two contents are.
   */
  constructor(
    texts: readonly Content[],
    processes: ProcessQueue,
    checkpoint: Checkpoint | undefined,
  ) {
    this.#texts = texts;
    this.#processes = processes;
    this.#checkpoint = checkpoint;
    this.#numbers = new Map(texts.map(({ copies: [[path]] }, number) => [path, number]));
  }

  /** How similar two texts are, 0 to 1; `undefined` as long as that isn't known. */
  similarity([a, b]: Pair): number | undefined {
    return this.#similarities.get(`${a} ${b}`);
  }

  /**
   * Compares pairs of texts.
   *
   * @param pairs The pairs, asked for one by one.
   * @returns Each pair whose similarity is known now, in any order.
   */
  async *compare(pairs: Iterable<Pair>): AsyncGenerator<Pair> {
    const results = this.#processes.stream(compare, this.#pathsOf(pairs), {
      ordered: false,
      settled: true,
      window: WINDOW,
      metadataOf: (paths) => paths,
      checkpoint: this.#checkpoint,
      // The number changes with what similarity is.
      namespace: "similarity 1",
      // Of contents, wherever they are and however old.
      key: (paths) => paths.map((path) => this.#texts[this.#number(path)].digest).sort().join(),
    });
    for await (const result of results) {
      const [a, b] = result.metadata as Paths;
      this.pairs++;
      if (result.attempts === 0) this.skipped++;
      if (result.status !== "succeeded") {
        this.failures.push(failureOf(result, `${a}, ${b}`));
        continue;
      }
      const pair = [this.#number(a), this.#number(b)] as const;
      this.#similarities.set(pair.join(" "), result.value);
      yield pair;
    }
  }

  *#pathsOf(pairs: Iterable<Pair>): Generator<Paths> {
    const path = (number: number) => this.#texts[number].copies[0][0];
    for (const [a, b] of pairs) yield [path(a), path(b)];
  }

  #number(path: string): number {
    return this.#numbers.get(path)!;
  }
}
