import { joined, lengthOf } from "./pieces.ts";

/**
 * How messages are told apart from all else that a child, or a child of its own, writes to its standard output.
 *
 * A frame is cut into chunks, each of which is written at once and fits the size up to which the system writes to a pipe in one
 * piece (`PIPE_BUF`, 4096 bytes on Linux, POSIX.1-2024 `write`): so whatever others write lands between chunks,
 * never within one. Each chunk begins with a mark that only the pool and its entry module in the child know,
 * drawn at random for each child, and with how many bytes of the frame are left from here on. It ends with a newline:
 * Deno writes what goes to standard output up to the last newline in it, and the rest apart.
 */
export const MARK_SIZE = 16;
const HEADER_SIZE = MARK_SIZE + 4;
const NEWLINE = 0x0a;
const MAX_CHUNK = 4096 - HEADER_SIZE - 1;

/**
 * A mark for a child. Its first byte occurs in no UTF-8 text, so that text is never held back on suspicion.
 *
 * @returns Random bytes.
 */
export function createMark(): Uint8Array {
  const mark = crypto.getRandomValues(new Uint8Array(MARK_SIZE));
  mark[0] = 0xfe;
  return mark;
}

/**
 * Writes a frame in chunks.
 *
 * @param mark The child's mark.
 * @param payload What to write, in pieces; not empty.
 * @param write Writes bytes at once.
 */
export function writeFrame(
  mark: Uint8Array,
  payload: readonly Uint8Array[],
  write: (bytes: Uint8Array) => void,
): void {
  let left = lengthOf(payload);
  const chunk = new Uint8Array(HEADER_SIZE + Math.min(left, MAX_CHUNK) + 1);
  const view = new DataView(chunk.buffer);
  chunk.set(mark);
  let filled = 0;
  for (const piece of payload) {
    for (let at = 0; at < piece.length;) {
      const part = piece.subarray(at, at + MAX_CHUNK - filled);
      chunk.set(part, HEADER_SIZE + filled);
      at += part.length;
      filled += part.length;
      if (filled < Math.min(left, MAX_CHUNK)) continue;
      view.setUint32(MARK_SIZE, left);
      chunk[HEADER_SIZE + filled] = NEWLINE;
      write(chunk.subarray(0, HEADER_SIZE + filled + 1));
      left -= filled;
      filled = 0;
    }
  }
}

/** Who is told what the stream holds. */
export interface FrameListener {
  /** A whole frame. The bytes are the listener's own. */
  frame(payload: Uint8Array): void;
  /** Bytes that belong to no frame. They are valid during the call only. */
  foreign(bytes: Uint8Array): void;
}

/** Takes frames and foreign bytes apart again, from pieces of any size. */
export class FrameReader {
  readonly #mark: Uint8Array;
  readonly #maxSize: number;
  readonly #listener: FrameListener;
  /** The beginning of what could be a chunk. */
  #rest: Uint8Array = new Uint8Array(0);
  /** The frame that is being put together, and how much of it there is. */
  #frame: Uint8Array | undefined;
  #filled = 0;

  /**
   * @param mark The child's mark.
   * @param maxSize How many bytes a frame may have.
   * @param listener Who is told.
   */
  constructor(mark: Uint8Array, maxSize: number, listener: FrameListener) {
    this.#mark = mark;
    this.#maxSize = maxSize;
    this.#listener = listener;
  }

  /**
   * Takes the next piece of the stream.
   *
   * @param bytes The piece.
   * @throws {RangeError} When a frame is too large or its chunks don't follow one another: the stream is broken.
   */
  push(bytes: Uint8Array): void {
    let data = bytes;
    if (this.#rest.length > 0) {
      data = new Uint8Array(this.#rest.length + bytes.length);
      data.set(this.#rest);
      data.set(bytes, this.#rest.length);
    }
    let at = 0;
    while (at < data.length) {
      const start = this.#findMark(data, at);
      if (start > at) this.#listener.foreign(data.subarray(at, start));
      at = start;
      if (data.length - at < HEADER_SIZE) break;
      const left = readUint32(data, at + MARK_SIZE);
      this.#check(left);
      const size = Math.min(left, MAX_CHUNK);
      const end = at + HEADER_SIZE + size;
      if (data.length <= end) break;
      if (data[end] !== NEWLINE) throw new RangeError("A chunk must end with a newline");
      at = end + 1;
      this.#take(data.subarray(end - size, end), left);
    }
    this.#rest = at === data.length ? NOTHING : data.slice(at);
  }

  /** The stream has ended: what looked like the beginning of a chunk was none. */
  end(): void {
    if (this.#rest.length > 0) this.#listener.foreign(this.#rest);
    this.#rest = NOTHING;
  }

  /** Where the next mark, or what may become one with the next piece, begins; the end if nowhere. */
  #findMark(data: Uint8Array, from: number): number {
    const mark = this.#mark;
    for (let at = data.indexOf(mark[0], from); at >= 0; at = data.indexOf(mark[0], at + 1)) {
      const known = Math.min(MARK_SIZE, data.length - at);
      let same = 1;
      while (same < known && data[at + same] === mark[same]) same++;
      if (same === known) return at;
    }
    return data.length;
  }

  #check(left: number): void {
    const expected = this.#frame === undefined ? undefined : this.#frame.length - this.#filled;
    if (expected === undefined ? left > 0 && left <= this.#maxSize : left === expected) return;
    throw new RangeError(
      expected === undefined
        ? `A frame must have from 1 to ${this.#maxSize} bytes: got ${left}`
        : `A frame must go on with ${expected} bytes left: got ${left}`,
    );
  }

  #take(part: Uint8Array, left: number): void {
    this.#frame ??= new Uint8Array(left);
    this.#frame.set(part, this.#filled);
    this.#filled += part.length;
    if (this.#filled < this.#frame.length) return;
    const frame = this.#frame;
    this.#frame = undefined;
    this.#filled = 0;
    this.#listener.frame(frame);
  }
}

const NOTHING = new Uint8Array(0);

function readUint32(data: Uint8Array, at: number): number {
  return new DataView(data.buffer, data.byteOffset + at, 4).getUint32(0);
}

/** On the way down nobody else writes: a frame is its size in four bytes and its payload. */
export const SIZE_BYTES = 4;

/*
 * Payloads of the way down that are no message: none begins with these bytes.
 */

/** The pool has nothing to do for the child: it is to let its event loop run while it waits. */
export const REST: Uint8Array = Uint8Array.of(0xf0);
/** The pool needs the child no more: it is to exit once what its tasks left running has come to its end. */
export const END: Uint8Array = Uint8Array.of(0xf1);

/**
 * Whether a payload is one of these.
 *
 * @param payload What was received.
 * @param signal `REST` or `END`.
 */
export function isSignal(payload: Uint8Array, signal: Uint8Array): boolean {
  return payload.length === 1 && payload[0] === signal[0];
}

/**
 * A frame for the way down.
 *
 * @param payload What to send, in pieces.
 * @returns Its size and the payload.
 */
export function sized(payload: readonly Uint8Array[]): Uint8Array {
  const bytes = joined(payload, SIZE_BYTES);
  new DataView(bytes.buffer).setUint32(0, bytes.length - SIZE_BYTES);
  return bytes;
}

/** Puts frames of the way down together again. */
export class SizedReader {
  #data: Uint8Array = NOTHING;
  #length = 0;

  /** Takes the next piece of the stream. */
  push(bytes: Uint8Array): void {
    const needed = this.#length + bytes.length;
    if (needed > this.#data.length) {
      // At least doubled, or to the size of the frame that has begun: large frames come in many pieces.
      const grown = new Uint8Array(Math.max(needed, 2 * this.#data.length, this.#expected()));
      grown.set(this.#data.subarray(0, this.#length));
      this.#data = grown;
    }
    this.#data.set(bytes, this.#length);
    this.#length = needed;
  }

  /** The next whole frame, if there is one; the bytes are the caller's own. */
  next(): Uint8Array | undefined {
    const end = this.#expected();
    if (end === 0 || this.#length < end) return undefined;
    const frame = this.#data.slice(SIZE_BYTES, end);
    this.#data.copyWithin(0, end, this.#length);
    this.#length -= end;
    if (this.#length === 0) this.#data = NOTHING;
    return frame;
  }

  /** How long the first frame is, its size included; 0 while that isn't known. */
  #expected(): number {
    return this.#length < SIZE_BYTES ? 0 : SIZE_BYTES + readUint32(this.#data, 0);
  }
}
