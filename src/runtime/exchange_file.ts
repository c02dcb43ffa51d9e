/** What is used of Deno. */
interface DenoFiles {
  makeTempFileSync(options: { prefix: string }): string;
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

/** The word is written twice, so that one who reads it meanwhile sees that it isn't whole. */
const WORD_BYTES = 8;
/** A note is a pair of numbers. */
const NOTE_BYTES = 8;
const FROM_START = 0;

/**
 * A file over which two processes that share no memory tell each other small things: one has a word that it changes,
 * the other takes notes, which are only added. What one has written the other sees from then on, as the
 * system has but one copy of it.
 */
export class ExchangeFile {
  readonly path: string;
  readonly #word: DenoFile;
  readonly #notes: DenoFile;
  readonly #wordBuffer = new Uint32Array(2);
  readonly #wordBytes = new Uint8Array(this.#wordBuffer.buffer);
  readonly #noteBuffer = new Uint32Array(512);
  readonly #noteBytes = new Uint8Array(this.#noteBuffer.buffer);

  private constructor(path: string) {
    this.path = path;
    this.#word = Deno!.openSync(path, { read: true, write: true });
    this.#notes = Deno!.openSync(path, { read: true, write: true });
    this.#notes.seekSync(WORD_BYTES, FROM_START);
  }

  /** @throws When the file can't be made. */
  static create(): ExchangeFile {
    const file = new ExchangeFile(Deno!.makeTempFileSync({ prefix: "trilane-" }));
    file.word = 0;
    return file;
  }

  /** The other end. */
  static open(path: string): ExchangeFile {
    return new ExchangeFile(path);
  }

  get word(): number {
    for (;;) {
      this.#word.seekSync(0, FROM_START);
      this.#word.readSync(this.#wordBytes);
      if (this.#wordBuffer[0] === this.#wordBuffer[1]) return this.#wordBuffer[0];
    }
  }

  set word(value: number) {
    this.#wordBuffer.fill(value);
    this.#word.seekSync(0, FROM_START);
    this.#word.writeSync(this.#wordBytes);
  }

  /** Adds a note. */
  add(kind: number, value: number): void {
    this.#noteBuffer[0] = kind;
    this.#noteBuffer[1] = value;
    this.#notes.writeSync(this.#noteBytes.subarray(0, NOTE_BYTES));
  }

  /** Reads the notes that have been added since. */
  readNew(take: (kind: number, value: number) => void): void {
    for (;;) {
      const count = this.#notes.readSync(this.#noteBytes);
      if (count === null) return;
      for (let i = 0; i < count / 4; i += 2) take(this.#noteBuffer[i], this.#noteBuffer[i + 1]);
    }
  }

  close(): void {
    this.#word.close();
    this.#notes.close();
  }

  /** Removes the file; those who have it open keep it. */
  static remove(path: string): void {
    try {
      Deno!.removeSync(path);
    } catch {
      // The other end has.
    }
  }
}
