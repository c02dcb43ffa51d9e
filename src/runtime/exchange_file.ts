/** What is used of Deno. */
interface DenoFiles {
  makeTempFileSync(options: { prefix: string }): string;
  truncateSync(path: string, length: number): void;
  openSync(path: string, options: { read: boolean; write: boolean }): DenoFile;
  removeSync(path: string): void;
}

interface DenoFile {
  seekSync(offset: number, whence: number): number;
  readSync(into: Uint8Array): number | null;
  writeSync(bytes: Uint8Array): number;
  close(): void;
}

const { Deno } = globalThis as unknown as { Deno?: DenoFiles };

/** Whether there can be such files. */
export const canExchange: boolean = Deno !== undefined;

const FROM_START = 0;
const { BYTES_PER_ELEMENT } = Float64Array;

/**
 * Makes a file over which two processes that share no memory tell each other numbers. What one has written the other
 * sees from then on, as the system has but one copy of it.
 *
 * @param size How many numbers it has, all 0.
 * @returns Its path.
 * @throws When it can't be made.
 */
export function createExchangeFile(size: number): string {
  const path = Deno!.makeTempFileSync({ prefix: "trilane-" });
  Deno!.truncateSync(path, size * BYTES_PER_ELEMENT);
  return path;
}

/** Removes the file; those who have it open keep it. */
export function removeExchangeFile(path: string): void {
  try {
    Deno!.removeSync(path);
  } catch {
    // The other end has.
  }
}

/**
 * A part of such a file, in rows, which one process writes and the other reads. A row that is read while it is written
 * is a mixture, but none of its numbers is.
 */
export class ExchangeTable {
  /** What was read last, and what is written next. */
  readonly row: Float64Array;
  readonly #bytes: Uint8Array;
  readonly #file: DenoFile;
  readonly #from: number;
  /** The row that the file is at: to go on to the next takes no more than to read or write it. */
  #at = -1;

  /**
   * @param from How many numbers come before it.
   * @param width How many numbers a row has.
   * @throws When the file can't be opened.
   */
  constructor(path: string, from: number, width: number) {
    this.row = new Float64Array(width);
    this.#bytes = new Uint8Array(this.row.buffer);
    this.#from = from * BYTES_PER_ELEMENT;
    this.#file = Deno!.openSync(path, { read: true, write: true });
  }

  read(index: number): Float64Array {
    this.#seek(index);
    this.#file.readSync(this.#bytes);
    return this.row;
  }

  write(index: number): void {
    this.#seek(index);
    this.#file.writeSync(this.#bytes);
  }

  close(): void {
    this.#file.close();
  }

  #seek(index: number): void {
    if (index !== this.#at) {
      this.#file.seekSync(this.#from + index * this.#bytes.length, FROM_START);
    }
    this.#at = index + 1;
  }
}
