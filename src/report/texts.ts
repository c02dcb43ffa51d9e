import { cut } from "../base/cut.ts";
import { type PackedTexts, packTexts } from "./packing.ts";

/** Names and ids are cut to as many characters. */
export const MAX_NAME = 200;

/** How much room the texts of a page have left. */
export interface Room {
  bytes: number;
  /** How many texts were left out. */
  leftOut: number;
}

/** Stands for texts that there is no room for. */
const LEFT_OUT = "…";

/** Numbers texts that come again and again, as far as there is room for them. */
export class Texts {
  readonly #room: Room;
  readonly #most: number;
  readonly #numbers = new Map<string, number>();
  readonly #texts: string[] = [];

  /**
   * @param room What is taken from; several lists may share it.
   * @param most Longer texts are cut.
   */
  constructor(room: Room, most: number) {
    this.#room = room;
    this.#most = most;
  }

  /** The number of a text; of `undefined`, -1. */
  of(text: string | undefined): number {
    if (text === undefined) return -1;
    const short = cut(text, this.#most);
    const known = this.#numbers.get(short);
    if (known !== undefined) return known;
    const bytes = bytesOf(short, this.#texts.at(-1) ?? "");
    if (bytes > this.#room.bytes && short !== LEFT_OUT) {
      this.#room.leftOut++;
      return this.of(LEFT_OUT);
    }
    this.#room.bytes -= bytes;
    const number = this.#texts.push(short) - 1;
    this.#numbers.set(short, number);
    return number;
  }

  packed(): PackedTexts {
    return packTexts(this.#texts);
  }
}

/** What a text costs on the page, at the most, after the one before it. */
function bytesOf(text: string, before: string): number {
  let from = 0;
  while (from < text.length && text[from] === before[from]) from++;
  let bytes = 5;
  for (; from < text.length; from++) {
    const code = text.charCodeAt(from);
    // What is escaped takes six.
    if (code < 0x20 || code > 0x7e) bytes += 6;
    else bytes += /[<>&"\\]/.test(text[from]!) ? 6 : 1;
  }
  return bytes;
}
