import { Buffer } from "node:buffer";

/** A batch is as long as that, about, at the most: short enough for a row. */
const MAX_BATCH_LENGTH = 1 << 20;

/** A value as it is stored: as text, as bytes, or not at all. */
export type Encoded = string | Uint8Array | null;

/** One success: namespace, key, value. */
export type Cells = readonly [namespace: string, key: string, value: Encoded];

/** The newest value of each success, by namespace and key. */
export type Successes = Map<string, Map<string, Encoded>>;

/** Successes of one namespace as one row. */
export interface Batch {
  /** A JSON array: the namespace, then of each success its key, and its text, `null` or how many bytes it has. */
  readonly entries: string;
  /** The bytes of all, one after the other. */
  readonly bytes: Uint8Array;
}

/** What of a success JSON can say. */
type Entry = string | number | null;

/** A batch that is being filled. */
interface OpenBatch {
  readonly entries: Entry[];
  readonly bytes: Uint8Array[];
  length: number;
}

/**
 * Packs successes: a batch for each namespace, or several when they are long.
 *
 * @param successes The successes.
 * @returns The batches, those of one namespace in order.
 */
export function pack(successes: readonly Cells[]): Batch[] {
  const batches: OpenBatch[] = [];
  const open = new Map<string, OpenBatch>();
  for (const [namespace, key, value] of successes) {
    let batch = open.get(namespace);
    if (batch === undefined || batch.length >= MAX_BATCH_LENGTH) {
      batch = { entries: [namespace], bytes: [], length: 0 };
      open.set(namespace, batch);
      batches.push(batch);
    }
    batch.length += key.length + (value?.length ?? 0);
    if (value instanceof Uint8Array) {
      batch.entries.push(key, value.length);
      batch.bytes.push(value);
    } else {
      batch.entries.push(key, value);
    }
  }
  return batches.map(({ entries, bytes }) => ({
    entries: JSON.stringify(entries),
    bytes: Buffer.concat(bytes),
  }));
}

/**
 * Unpacks a batch.
 *
 * @param batch The batch.
 * @param into Where each success is set, in order.
 */
export function unpack({ entries, bytes }: Batch, into: Successes): void {
  const [namespace, ...cells]: [string, ...Entry[]] = JSON.parse(entries);
  let values = into.get(namespace);
  if (values === undefined) into.set(namespace, values = new Map());
  let start = 0;
  for (let n = 0; n < cells.length; n += 2) {
    let value = cells[n + 1] as Entry | Uint8Array;
    if (typeof value === "number") {
      const end = start + value;
      value = bytes.slice(start, end);
      start = end;
    }
    values.set(cells[n] as string, value);
  }
}
