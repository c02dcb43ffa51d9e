/** How long after a child's end its output may be silent before it counts as read. */
const SILENCE_MS = 25;
/** How many pieces of output, read after its end, hold all that it can have written: a pipe holds no more. */
const LAST_PIECES = 32;

/** Reads what a child writes to one pipe. */
export class PipeReader {
  /** How many pieces have been read. */
  pieces = 0;
  readonly #take: (bytes: Uint8Array) => void | Promise<void>;
  #taking = false;
  readonly #ended: Promise<void>;

  /**
   * Begins to read.
   *
   * @param read Reads the next piece; `undefined` at the end.
   * @param take Takes a piece. The next is read when it has, which keeps a child that writes much from filling memory.
   * @param end Called at the end.
   */
  constructor(
    read: () => Promise<Uint8Array | undefined>,
    take: (bytes: Uint8Array) => void | Promise<void>,
    end: () => void | Promise<void>,
  ) {
    this.#take = take;
    this.#ended = this.#readAll(read).then(end);
  }

  /**
   * Waits until what a child that has ended wrote has been read: up to the end of the pipe or, if children of its own hold that
   * open, until nothing more comes that can be its.
   */
  async drain(): Promise<void> {
    let open = true;
    const ended = this.#ended.then(() => {
      open = false;
    });
    await Promise.resolve();
    const last = this.pieces + LAST_PIECES;
    for (let seen = -1; open && this.pieces < last;) {
      if (seen === this.pieces && !this.#taking) return;
      seen = this.pieces;
      await timeLimit(ended, SILENCE_MS);
    }
  }

  async #readAll(read: () => Promise<Uint8Array | undefined>): Promise<void> {
    for (;;) {
      const bytes = await read().catch(() => undefined);
      if (bytes === undefined) return;
      this.pieces++;
      const taken = this.#take(bytes);
      if (taken === undefined) continue;
      this.#taking = true;
      await taken;
      this.#taking = false;
    }
  }
}

/** Waits for a promise, but no longer than `ms` milliseconds. */
async function timeLimit(promise: Promise<void>, ms: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  await Promise.race([promise, new Promise<void>((resolve) => timer = setTimeout(resolve, ms))]);
  clearTimeout(timer);
}
