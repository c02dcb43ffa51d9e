import { firstThatWorks } from "./first_that_works.ts";
import type { FileAccess, OpenFile } from "./runtime.ts";

const FROM_START = 0;
const { BYTES_PER_ELEMENT } = Float64Array;

/**
 * A file over which two processes that share no memory tell each other numbers. What one has written the other sees from
 * then on, as the system has but one copy of it.
 */
export class ExchangeFile {
  readonly path: string;
  readonly #files: FileAccess;
  readonly #open: OpenFile[] = [];

  /**
   * @param files How the runtime uses files.
   * @param path The file, which another process may have made.
   */
  constructor(files: FileAccess, path: string) {
    this.#files = files;
    this.path = path;
  }

  /**
   * Makes a file.
   *
   * @param files How the runtime uses files.
   * @param size How many numbers it has, all 0.
   * @throws When it can't be made anywhere.
   */
  static create(files: FileAccess, size: number): ExchangeFile {
    return firstThatWorks(files.temporaryFolders, (folder) => {
      const file = new ExchangeFile(files, files.makeTemporary(folder));
      try {
        // Written, so that there is room for all that comes to be written.
        files.write(file.path, new Uint8Array(size * BYTES_PER_ELEMENT));
        return file;
      } catch (error) {
        file.remove();
        throw error;
      }
    });
  }

  /** Removes the file; those who have it open keep it. */
  remove(): void {
    try {
      this.#files.remove(this.path);
    } catch {
      // The other end has.
    }
  }

  /**
   * A part of it.
   *
   * @param from How many numbers come before it.
   * @param width How many numbers a row has.
   * @throws When the file can't be opened.
   */
  table(from: number, width: number): ExchangeTable {
    const file = this.#files.open(this.path);
    this.#open.push(file);
    return new ExchangeTable(file, from * BYTES_PER_ELEMENT, width);
  }

  /** Closes all its parts. */
  close(): void {
    for (const file of this.#open.splice(0)) file.close();
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
  readonly #file: OpenFile;
  readonly #from: number;
  /** The row that the file is at: to go on to the next takes no more than to read or write it. */
  #at = NaN;

  /** @param from Where it begins, in bytes. */
  constructor(file: OpenFile, from: number, width: number) {
    this.row = new Float64Array(width);
    this.#bytes = new Uint8Array(this.row.buffer);
    this.#from = from;
    this.#file = file;
  }

  read(index: number): Float64Array {
    this.#seek(index);
    this.#file.readSync(this.#bytes);
    this.#at = index + 1;
    return this.row;
  }

  write(index: number): void {
    this.#seek(index);
    this.#file.writeSync(this.#bytes);
    this.#at = index + 1;
  }

  #seek(index: number): void {
    if (index === this.#at) return;
    this.#at = NaN;
    this.#file.seekSync(this.#from + index * this.#bytes.length, FROM_START);
  }
}
