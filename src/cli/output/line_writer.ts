/** How text is written: calls back when it has been taken, or with why it hasn't. */
export type Write = (text: string, done: (error?: Error | null) => void) => void;

/** A writer that has more than this to write isn't given more. */
const FULL_CHARACTERS = 65_536;

/**
 * Writes text: what comes in one turn of the event loop, or while other text is being written, in one go.
 */
export class LineWriter {
  readonly #write: Write;
  readonly #failed: (error: Error) => void;
  #text = "";
  #busy = false;
  #broken = false;
  /** Those who wait for room. */
  #waiting: (() => void)[] = [];

  /**
   * @param write How to write.
   * @param failed Called once, when writing has failed. What comes then is dropped.
   */
  constructor(write: Write, failed: (error: Error) => void) {
    this.#write = write;
    this.#failed = failed;
  }

  /**
   * Adds a line.
   *
   * @param line Its text.
   */
  add(line: string): void {
    this.addText(`${line}\n`);
  }

  /**
   * Adds text, which may be less or more than a line.
   *
   * @param text The text.
   */
  addText(text: string): void {
    if (this.#broken) return;
    this.#text += text;
    if (this.#busy) return;
    this.#busy = true;
    setImmediate(() => this.#flush());
  }

  /** Whether a slow reader makes it worth to wait with the next line. */
  get full(): boolean {
    return this.#text.length > FULL_CHARACTERS;
  }

  /**
   * Waits for a slow reader.
   *
   * @returns When all has been written that had been added.
   */
  async drained(): Promise<void> {
    if (this.#busy) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #flush(): void {
    const text = this.#text;
    this.#text = "";
    this.#write(text, (error) => this.#wrote(error));
  }

  #wrote(error: Error | null | undefined): void {
    if (error && !this.#broken) {
      this.#broken = true;
      this.#text = "";
      this.#failed(error);
    }
    if (this.#text !== "") return this.#flush();
    this.#busy = false;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
