import { BIG_INTEGER, kindOf, NUMBER, OTHER, primitiveOf, TEXT } from "./primitives.ts";

/** More results than this are not kept back. */
const SLOTS = 128;
/** Of a slot: ticket, milliseconds, kind, number or length. */
const FIELDS = 4;
/** How much text there is room for. */
const TEXT_UNITS = 16_384;
/** A longer text is sent at once. */
const MAX_TEXT_UNITS = 4_096;
/** An integer with more bits needs more hexadecimal digits, with its sign, than a text may have. */
const MAX_BITS = 4 * (MAX_TEXT_UNITS - 1);

/** Where its parts are, in bytes: first the words of its state. */
const FIELDS_AT = 8;
const TEXT_AT = FIELDS_AT + SLOTS * FIELDS * Float64Array.BYTES_PER_ELEMENT;
/** How many bytes a journal takes. */
export const JOURNAL_SIZE = TEXT_AT + TEXT_UNITS * Uint16Array.BYTES_PER_ELEMENT;

/** Where the words of its state are. */
const COUNT = 0;
const CLEARED = 1;

/** A result in the journal. */
export interface Note {
  readonly ticket: number;
  readonly value: unknown;
  /** How long the attempt took, in milliseconds. */
  readonly took: number;
}

/** The worker's side of a journal. */
export interface WorkerJournal {
  /** Notes a result; `false` if it can't be noted. */
  note(ticket: number, value: unknown, took: number): boolean;
  /** What was noted has been sent. */
  clear(): void;
}

/** The pool's side. */
export interface PoolJournal {
  /**
   * What is noted now, and perhaps some that have been sent meanwhile: a result may be seen twice.
   *
   * @param tickets Of the tasks whose results are asked for, in order.
   */
  notes(tickets: readonly number[]): Note[];
}

/**
 * Results that a worker has not sent yet, in memory that it shares with the pool.
 *
 * A message for each result costs far more than a short task, so a worker keeps results back for a moment and
 * sends several at once. But a result that exists must not be lost when its worker is killed, nor wait for a
 * long task behind it: so what is kept back is noted here, where the pool can read it at any
 * time. Only simple values can be; a result that can't is sent at once.
 */
export class Journal implements WorkerJournal, PoolJournal {
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
    this.#text = new Uint16Array(this.buffer, TEXT_AT, TEXT_UNITS);
  }

  note(ticket: number, value: unknown, took: number): boolean {
    const slot = this.#noted;
    if (slot === SLOTS) return false;
    const kind = kindOf(value);
    if (kind === OTHER) return false;
    const text = kind >= TEXT ? textFor(value as string | bigint) : "";
    if (text === undefined || !this.#write(text)) return false;
    const at = slot * FIELDS;
    this.#fields[at] = ticket;
    this.#fields[at + 1] = took;
    this.#fields[at + 2] = kind;
    this.#fields[at + 3] = kind === NUMBER ? value as number : text.length;
    // Last, so that the pool never sees half a note.
    Atomics.store(this.#state, COUNT, this.#noted = slot + 1);
    return true;
  }

  clear(): void {
    if (this.#noted === 0) return;
    this.#written = 0;
    Atomics.store(this.#state, COUNT, this.#noted = 0);
    Atomics.add(this.#state, CLEARED, 1);
  }

  /** What is noted now; nothing, if the worker clears it meanwhile, for then it has been sent. */
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
      notes.push({ ticket: fields[at], took: fields[at + 1], value });
    }
    return notes;
  }

  #write(text: string): boolean {
    const { length } = text;
    if (length > MAX_TEXT_UNITS || length > TEXT_UNITS - this.#written) return false;
    for (let i = 0; i < length; i++) this.#text[this.#written + i] = text.charCodeAt(i);
    this.#written += length;
    return true;
  }
}

/** How much of the text belongs to a slot. */
function textLength(fields: Float64Array, at: number): number {
  return fields[at + 2] >= TEXT ? fields[at + 3] : 0;
}

/** The text that a value is noted as; `undefined` if that would be too long. */
function textFor(value: string | bigint): string | undefined {
  if (typeof value === "string") return value;
  return BigInt.asIntN(MAX_BITS, value) === value ? value.toString(16) : undefined;
}

function valueOf(kind: number, number: number, units: Uint16Array): unknown {
  if (kind < TEXT) return primitiveOf(kind, number);
  return kind === BIG_INTEGER ? integerOf(textOf(units)) : textOf(units);
}

function textOf(units: Uint16Array): string {
  // Arguments from a list-like object come many times as fast as spread ones.
  return Reflect.apply(String.fromCharCode, undefined, units);
}

function integerOf(digits: string): bigint {
  return digits.startsWith("-") ? -BigInt(`0x${digits.slice(1)}`) : BigInt(`0x${digits}`);
}
