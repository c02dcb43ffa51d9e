import { fstatSync, openSync, read } from "node:fs";
import process from "node:process";
import type { OptionValues } from "../options/options.ts";
import { opened } from "./files.ts";
import { type Input, InputFormat } from "./format.ts";
import { LINE_FEED, LineSplitter } from "./lines.ts";
import { combinations, countCombinations, type Separated } from "./links.ts";
import { RowJoiner } from "./rows.ts";

/** What is read of a file at a time. */
const CHUNK_BYTES = 65_536;

/** How many combinations of sources are made at a time. */
const COMBINATIONS = 1_024;

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
  batches(signal: AbortSignal): AsyncIterable<readonly Input[]>;
}

/** Where inputs come from: records that are arguments, sources to be combined, or else a file or standard input. */
export interface Origin {
  readonly records?: readonly string[];
  readonly groups?: Separated["groups"];
}

/** Whether inputs are read from standard input. */
export function readsStdin({ records, groups }: Origin, { input = "-" }: OptionValues): boolean {
  return records === undefined && groups === undefined && input === "-";
}

/**
 * Opens what a run's inputs come from.
 *
 * @param origin Where that is.
 * @param options Which say what an input is.
 * @returns The inputs.
 * @throws {UsageError} When the file can't be read.
 */
export function openInputs(origin: Origin, options: OptionValues): Inputs {
  const { records, groups } = origin;
  const format = new InputFormat(options);
  if (records !== undefined) return new GivenInputs(format.inputs(records));
  if (groups !== undefined) return new CombinedInputs(groups, format);
  if (readsStdin(origin, options)) {
    return new ReadInputs(process.stdin, sizeOf(0), format, options);
  }
  const file = opened("input", options.input!, openFile);
  return new ReadInputs(chunks(file), sizeOf(file), format, options);
}

function openFile(path: string): number {
  const file = openSync(path, "r");
  if (fstatSync(file).isDirectory()) throw new Error("it is a directory");
  return file;
}

class GivenInputs implements Inputs {
  readonly #inputs: readonly Input[];

  constructor(inputs: readonly Input[]) {
    this.#inputs = inputs;
  }

  get total(): number {
    return this.#inputs.length;
  }

  async *batches(): AsyncIterable<readonly Input[]> {
    yield await Promise.resolve(this.#inputs);
  }
}

class CombinedInputs implements Inputs {
  readonly total: number;
  readonly #groups: Separated["groups"];
  readonly #format: InputFormat;

  constructor(groups: Separated["groups"], format: InputFormat) {
    this.total = countCombinations(groups);
    this.#groups = groups;
    this.#format = format;
  }

  async *batches(signal: AbortSignal): AsyncIterable<readonly Input[]> {
    let inputs: Input[] = [];
    for (const words of combinations(this.#groups)) {
      inputs.push(this.#format.linked(words));
      if (inputs.length < COMBINATIONS) continue;
      if (signal.aborted) return;
      yield await Promise.resolve(inputs);
      inputs = [];
    }
    yield inputs;
  }
}

class ReadInputs implements Inputs {
  readonly #source: AsyncIterable<Uint8Array>;
  readonly #size: number | undefined;
  readonly #format: InputFormat;
  readonly #lines: LineSplitter;
  readonly #rows: RowJoiner;
  #bytes = 0;
  #count = 0;
  #ended = false;

  /**
   * @param source The bytes.
   * @param size How many there are, if that is known.
   * @param format What a record is.
   * @param options Which say how records end.
   */
  constructor(
    source: AsyncIterable<Uint8Array>,
    size: number | undefined,
    format: InputFormat,
    options: OptionValues,
  ) {
    this.#source = source;
    this.#size = size;
    this.#format = format;
    this.#lines = new LineSplitter(options.null ? { mark: "\0", withReturn: false } : LINE_FEED);
    this.#rows = new RowJoiner(options.csv === true);
  }

  /** Estimated by the inputs so far. */
  get total(): number {
    if (this.#ended) return this.#count;
    if (this.#size === undefined || this.#count === 0) return Infinity;
    return Math.ceil(this.#size / this.#bytes * this.#count);
  }

  async *batches(signal: AbortSignal): AsyncIterable<readonly Input[]> {
    const iterator = this.#source[Symbol.asyncIterator]();
    for (;;) {
      const piece = await unlessAborted(iterator.next(), signal);
      if (piece === undefined) return;
      const rows = piece.done ? this.#end() : this.#rows.push(this.#lines.push(piece.value));
      const inputs = this.#format.inputs(rows);
      this.#count += inputs.length;
      if (piece.done) this.#ended = true;
      else this.#bytes += piece.value.length;
      yield inputs;
      if (piece.done) return;
    }
  }

  #end(): string[] {
    return [...this.#rows.push(this.#lines.end()), ...this.#rows.end()];
  }
}

async function* chunks(file: number): AsyncGenerator<Uint8Array> {
  for (;;) {
    const bytes = new Uint8Array(CHUNK_BYTES);
    const count = await new Promise<number>((resolve, reject) => {
      const done = (error: Error | null, count: number) => error ? reject(error) : resolve(count);
      read(file, bytes, 0, CHUNK_BYTES, null, done);
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
