/**
 * Columns of numbers and lists of texts, packed into little room. The page's client reads what the program writes,
 * so this file uses nothing but the language.
 *
 * @module
 */

/** Each digit holds five bits; a digit from 32 on says that more follow. */
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUES = new Map(Array.from(DIGITS, (digit, value) => [digit, value]));

/** The first character of a packed column: each number, or pairs of a number and how often it comes in a row. */
const PLAIN = "p";
const RUNS = "r";

/**
 * Packs whole numbers of either sign, from -2^52 to 2^52.
 *
 * @param values The numbers.
 * @returns Text of letters, digits, `+` and `/`.
 */
export function pack(values: readonly number[]): string {
  const runs: number[] = [];
  let from = 0;
  values.forEach((value, i) => {
    if (values[i + 1] === value) return;
    runs.push(value, i + 1 - from);
    from = i + 1;
  });
  return runs.length < values.length ? RUNS + packed(runs) : PLAIN + packed(values);
}

/**
 * Packs numbers that are close to the one before.
 *
 * @param values The numbers.
 * @returns Text, as of `pack`.
 */
export function packDeltas(values: readonly number[]): string {
  return pack(values.map((value, i) => i === 0 ? value : value - values[i - 1]!));
}

/**
 * Reads what `pack` wrote.
 *
 * @param text The packed numbers.
 * @returns The numbers.
 */
export function unpack(text: string): number[] {
  const read = unpacked(text);
  if (!text.startsWith(RUNS)) return read;
  const values: number[] = [];
  for (let i = 0; i < read.length; i += 2) {
    for (let count = read[i + 1]!; count > 0; count--) values.push(read[i]!);
  }
  return values;
}

/**
 * Reads what `packDeltas` wrote.
 *
 * @param text The packed numbers.
 * @returns The numbers.
 */
export function unpackDeltas(text: string): number[] {
  let last = 0;
  return unpack(text).map((delta) => last += delta);
}

function packed(values: readonly number[]): string {
  const parts: string[] = [];
  for (const value of values) {
    // The lowest bit is the sign.
    let rest = value < 0 ? -value * 2 + 1 : value * 2;
    let text = "";
    do {
      const low = rest % 32;
      rest = Math.floor(rest / 32);
      text += DIGITS[rest > 0 ? low + 32 : low];
    } while (rest > 0);
    parts.push(text);
  }
  return parts.join("");
}

function unpacked(text: string): number[] {
  const values: number[] = [];
  let value = 0;
  let place = 1;
  for (let i = 1; i < text.length; i++) {
    const digit = VALUES.get(text[i]!)!;
    value += digit % 32 * place;
    if (digit >= 32) place *= 32;
    else {
      const half = Math.floor(value / 2);
      values.push(value % 2 === 1 ? -half : half);
      value = 0;
      place = 1;
    }
  }
  return values;
}

/** A list of texts. */
export interface PackedTexts {
  /** How many characters each has in common with the one before, packed. */
  readonly shared: string;
  /** The rest of each. */
  readonly rest: readonly string[];
}

/**
 * Packs texts of which many begin as the one before does, as paths and addresses do.
 *
 * @param texts The texts.
 * @returns What JSON can hold.
 */
export function packTexts(texts: readonly string[]): PackedTexts {
  const shared = texts.map((text, i) => sharedLength(text, texts[i - 1] ?? ""));
  return { shared: pack(shared), rest: texts.map((text, i) => text.slice(shared[i])) };
}

/**
 * Reads what `packTexts` wrote.
 *
 * @param packed The packed texts.
 * @returns The texts.
 */
export function unpackTexts({ shared, rest }: PackedTexts): string[] {
  let last = "";
  return unpack(shared).map((length, i) => last = last.slice(0, length) + rest[i]!);
}

function sharedLength(one: string, other: string): number {
  const most = Math.min(one.length, other.length);
  let length = 0;
  while (length < most && one[length] === other[length]) length++;
  return length;
}
