import { fstatSync, openSync, read } from "node:fs";
import process from "node:process";
import { opened } from "./files.ts";
import { LineSplitter } from "./lines.ts";
import type { MapPlan } from "./plan.ts";

/** So many bytes of a file are read at a time. */
const CHUNK = 65_536;

/** What a run's inputs come from. */
export interface Inputs {
  /** How many there are, as far as it is known; it may be an estimate. */
  readonly total: number;
  /**
   * Reads them.
   *
   * @param signal Ends the reading early, also while there is nothing to read.
   * @returns The inputs, some at a time.
   */
  batches(signal: AbortSignal): AsyncIterable<readonly string[]>;
}

/**
 * Opens what a run's inputs come from.
 *
 * @param plan The run.
 * @returns The inputs.
 * @throws {UsageError} When the file can't be read.
 */
export function openInputs({ inputs, options }: MapPlan): Inputs {
  if (inputs !== undefined) return new ArgumentInputs(inputs);
  const path = options.input ?? "-";
  if (path === "-") return new LineInputs(process.stdin, sizeOf(0));
  const file = opened("--input", path, openFile);
  return new LineInputs(chunks(file), sizeOf(file));
}

function openFile(path: string): number {
  const file = openSync(path, "r");
  if (fstatSync(file).isDirectory()) throw new Error("it is a directory");
  return file;
}

class ArgumentInputs implements Inputs {
  readonly #inputs: readonly string[];

  constructor(inputs: readonly string[]) {
    this.#inputs = inputs;
  }

  get total(): number {
    return this.#inputs.length;
  }

  async *batches(): AsyncIterable<readonly string[]> {
    yield await Promise.resolve(this.#inputs);
  }
}

class LineInputs implements Inputs {
  readonly #source: AsyncIterable<Uint8Array>;
  readonly #size: number | undefined;
  #bytes = 0;
  #lines = 0;
  #ended = false;

  /**
   * @param source The bytes.
   * @param size How many there are, if that is known.
   */
  constructor(source: AsyncIterable<Uint8Array>, size: number | undefined) {
    this.#source = source;
    this.#size = size;
  }

  /** Estimated by the lines so far. */
  get total(): number {
    if (this.#ended) return this.#lines;
    if (this.#size === undefined || this.#lines === 0) return Infinity;
    return Math.ceil(this.#size / this.#bytes * this.#lines);
  }

  async *batches(signal: AbortSignal): AsyncIterable<readonly string[]> {
    const splitter = new LineSplitter();
    const iterator = this.#source[Symbol.asyncIterator]();
    for (;;) {
      const piece = await unlessAborted(iterator.next(), signal);
      if (piece === undefined) return;
      const lines = piece.done ? splitter.end() : splitter.push(piece.value);
      this.#lines += lines.length;
      if (piece.done) this.#ended = true;
      else this.#bytes += piece.value.length;
      yield lines;
      if (piece.done) return;
    }
  }
}

async function* chunks(file: number): AsyncGenerator<Uint8Array> {
  for (;;) {
    const bytes = new Uint8Array(CHUNK);
    const count = await new Promise<number>((resolve, reject) => {
      read(file, bytes, 0, CHUNK, null, (error, count) => error ? reject(error) : resolve(count));
    });
    if (count === 0) return;
    yield bytes.subarray(0, count);
  }
}

/** The size of a file; `undefined` of what isn't one or may not be looked at. */
function sizeOf(file: number): number | undefined {
  try {
    const stat = fstatSync(file);
    return stat.isFile() ? stat.size : undefined;
  } catch {
    return undefined;
  }
}

/** What the promise resolves to, or `undefined` as soon as the signal aborts. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const abort = () => resolve(undefined);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort);
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
