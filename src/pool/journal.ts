/** So many results are kept back at the most. */
const SLOTS = 128;
/** Of a slot: order, milliseconds, kind, number or length. */
const FIELDS = 4;
/** So many UTF-16 units of text there is room for, and so many may one result have. */
const TEXT_SIZE = 16_384;
const MAX_TEXT = 4_096;
/** Integers of so many bits and their sign can be written with as many hexadecimal digits. */
const MAX_BITS = 4 * (MAX_TEXT - 1);

/** Where its parts are, in bytes: first the words of its state. */
const FIELDS_AT = 8;
const TEXT_AT = FIELDS_AT + SLOTS * FIELDS * Float64Array.BYTES_PER_ELEMENT;
/** So many bytes a journal takes. */
export const JOURNAL_SIZE = TEXT_AT + TEXT_SIZE * Uint16Array.BYTES_PER_ELEMENT;

/** Where the words of its state are. */
const COUNT = 0;
const CLEARED = 1;

const UNDEFINED = 0;
const NULL = 1;
const FALSE = 2;
const TRUE = 3;
const NUMBER = 4;
const TEXT = 5;
const BIG_INTEGER = 6;

/** A result in the journal. */
export interface Note {
  readonly order: number;
  readonly value: unknown;
  /** How long the attempt took, in milliseconds. */
  readonly took: number;
}

/**
 * Results that a worker has not sent yet, in memory that it shares with the pool.
 *
 * A message for each result costs far more than a short task, so a worker keeps results back for a moment and
 * sends several at once. But a result that exists must not be lost when its worker is killed, nor wait for a
 * long task behind it: so what is kept back is noted here, where the pool can read it at any
 * time. Only simple values can be; a result that can't is sent at once.
 */
export class Journal {
  /** The memory to share. */
  readonly buffer: SharedArrayBuffer;
  /** How many notes there are, and how often they have been cleared. */
  readonly #state: Int32Array;
  readonly #fields: Float64Array;
  readonly #text: Uint16Array;
  /** The worker's own counts, of notes and of text: it alone writes. */
  #noted = 0;
  #written = 0;

  /**
   * @param buffer Memory of the other side; made new where there is none yet.
   * @throws {RangeError} When it has not the size of a journal.
   */
  constructor(buffer?: SharedArrayBuffer) {
    this.buffer = buffer ?? new SharedArrayBuffer(JOURNAL_SIZE);
    this.#state = new Int32Array(this.buffer, 0, 2);
    this.#fields = new Float64Array(this.buffer, FIELDS_AT, SLOTS * FIELDS);
    this.#text = new Uint16Array(this.buffer, TEXT_AT, TEXT_SIZE);
  }

  /** Notes a result; `false` if it can't be noted. */
  note(order: number, value: unknown, took: number): boolean {
    const slot = this.#noted;
    if (slot === SLOTS) return false;
    let kind: number;
    let payload = 0;
    if (typeof value === "number") {
      kind = NUMBER;
      payload = value;
    } else if (typeof value === "string") {
      if (!this.#write(value)) return false;
      kind = TEXT;
      payload = value.length;
    } else if (typeof value === "bigint") {
      if (BigInt.asIntN(MAX_BITS, value) !== value) return false;
      const digits = value.toString(16);
      if (!this.#write(digits)) return false;
      kind = BIG_INTEGER;
      payload = digits.length;
    } else if (value === undefined) kind = UNDEFINED;
    else if (value === null) kind = NULL;
    else if (value === true) kind = TRUE;
    else if (value === false) kind = FALSE;
    else return false;
    const at = slot * FIELDS;
    this.#fields[at] = order;
    this.#fields[at + 1] = took;
    this.#fields[at + 2] = kind;
    this.#fields[at + 3] = payload;
    // Last, so that the pool never sees half a note.
    Atomics.store(this.#state, COUNT, this.#noted = slot + 1);
    return true;
  }

  /** What was noted has been sent. */
  clear(): void {
    if (this.#noted === 0) return;
    this.#written = 0;
    Atomics.store(this.#state, COUNT, this.#noted = 0);
    Atomics.add(this.#state, CLEARED, 1);
  }

  /**
   * What is noted now; nothing, if the worker clears it meanwhile, for then it has been sent. It may also have been
   * sent without having been cleared yet, so the pool may see a result twice.
   */
  notes(): Note[] {
    const cleared = Atomics.load(this.#state, CLEARED);
    const fields = this.#fields.slice(0, Atomics.load(this.#state, COUNT) * FIELDS);
    let length = 0;
    for (let at = 0; at < fields.length; at += FIELDS) length += textLength(fields, at);
    const text = this.#text.slice(0, length);
    // Unlike a load, an operation that writes can't be done before the reads that precede it.
    if (Atomics.add(this.#state, CLEARED, 0) !== cleared) return [];
    const notes: Note[] = [];
    let from = 0;
    for (let at = 0; at < fields.length; at += FIELDS) {
      const units = text.subarray(from, from += textLength(fields, at));
      const value = valueOf(fields[at + 2], fields[at + 3], units);
      notes.push({ order: fields[at], took: fields[at + 1], value });
    }
    return notes;
  }

  #write(text: string): boolean {
    const { length } = text;
    if (length > MAX_TEXT || length > TEXT_SIZE - this.#written) return false;
    for (let i = 0; i < length; i++) this.#text[this.#written + i] = text.charCodeAt(i);
    this.#written += length;
    return true;
  }
}

/** How much of the text belongs to a slot. */
function textLength(fields: Float64Array, at: number): number {
  return fields[at + 2] >= TEXT ? fields[at + 3] : 0;
}

function valueOf(kind: number, number: number, units: Uint16Array): unknown {
  switch (kind) {
    case NULL:
      return null;
    case FALSE:
      return false;
    case TRUE:
      return true;
    case NUMBER:
      return number;
    case TEXT:
      return textOf(units);
    case BIG_INTEGER:
      return integerOf(textOf(units));
    default:
      return undefined;
  }
}

function textOf(units: Uint16Array): string {
  // Arguments from a list-like object come many times as fast as spread ones.
  return Reflect.apply(String.fromCharCode, undefined, units);
}

function integerOf(digits: string): bigint {
  return digits.startsWith("-") ? -BigInt(`0x${digits.slice(1)}`) : BigInt(`0x${digits}`);
}
