import { type Batch, type Cells, type Encoded, type Successes, unpack } from "./batch.ts";

/** A batch in the log, whose batches are numbered in the order they were written. */
export interface LoggedBatch extends Batch {
  readonly id: number;
}

/** What some batches of a log hold: of each success the newest value. */
export class Excerpt {
  /** The number of the last batch in it; 0 when there is none. */
  last = 0;
  /** How much is in it, in characters and bytes. */
  length = 0;
  readonly #values: Successes = new Map();

  /** Adds the batch that comes next. */
  add(batch: LoggedBatch): void {
    unpack(batch, this.#values);
    this.last = batch.id;
    this.length += batch.entries.length + batch.bytes.length;
  }

  /** The values of a namespace by their keys. */
  of(namespace: string): ReadonlyMap<string, Encoded> | undefined {
    return this.#values.get(namespace);
  }

  /** All successes, those that are near each other in a table one after the other. */
  sorted(): Cells[] {
    return [...this.#values].flatMap(([namespace, values]) =>
      [...values.keys()].sort().map((key): Cells => [namespace, key, values.get(key)!])
    );
  }
}
