import { isInstance, show } from "../../base/errors.ts";
import type { OptionValues } from "../options/options.ts";
import { csvFields } from "./rows.ts";

/** JSON that is nested deeper can't be sent, stored or printed without a stack for each level. */
const MAX_JSON_DEPTH = 1_000;

/** Why an input can't be used. */
export interface Unreadable {
  readonly name: string;
  readonly message: string;
}

/** One input. */
export interface Input {
  /** Its place among the inputs, from 1. */
  readonly number: number;
  /** As it was given. */
  readonly text: string;
  /** As it was given, as JSON. */
  readonly json: string;
  /** What a function gets. */
  readonly value: unknown;
  /** The function's arguments. */
  readonly args: readonly unknown[];
  /** The words that stand for it in a command. */
  readonly words: readonly string[];
  /** The words that have names. */
  readonly columns: ReadonlyMap<string, string>;
  /** Why it can't be used, if it can't. */
  readonly unreadable?: Unreadable;
}

/** What a record says. */
type Content = Omit<Input, "number" | "text">;

const NO_COLUMNS: ReadonlyMap<string, string> = new Map();

/** Makes inputs of records: lines, rows, arguments. */
export class InputFormat {
  readonly #read: (text: string) => Content | undefined;
  #number = 0;

  /** @param options Which say what a record is. */
  constructor({ json, csv, tsv }: OptionValues) {
    if (json) this.#read = readJson;
    else if (csv) this.#read = rowReader(csvFields);
    else if (tsv) this.#read = rowReader((row) => row.split("\t"));
    else this.#read = readText;
  }

  /**
   * Makes inputs.
   *
   * @param records Records, in order. A header among them is none.
   * @returns The inputs.
   */
  inputs(records: readonly string[]): Input[] {
    const inputs: Input[] = [];
    for (const text of records) {
      const content = this.#read(text);
      if (content !== undefined) inputs.push({ number: ++this.#number, text, ...content });
    }
    return inputs;
  }

  /**
   * Makes an input of several words that belong together.
   *
   * @param words The words.
   * @returns The input.
   */
  linked(words: readonly string[]): Input {
    const text = words.join(" ");
    const json = JSON.stringify(words);
    const number = ++this.#number;
    return { number, text, json, value: words, args: words, words, columns: NO_COLUMNS };
  }
}

function readText(text: string): Content {
  const json = JSON.stringify(text);
  return { json, value: text, args: [text], words: [text], columns: NO_COLUMNS };
}

function unreadable(text: string, message: string): Content {
  return { ...readText(text), unreadable: { name: "SyntaxError", message } };
}

function readJson(text: string): Content {
  if (isDeeperThan(text, MAX_JSON_DEPTH)) {
    return unreadable(text, `The input is nested deeper than ${MAX_JSON_DEPTH} levels`);
  }
  try {
    const value: unknown = JSON.parse(text);
    const args = Array.isArray(value) ? value : [value];
    // Not written anew: a number that JavaScript can't hold would come back changed.
    return { json: text, value, args, ...namedWords(value, args) };
  } catch (error) {
    const why = isInstance(error, Error) ? error.message : show(error);
    return unreadable(text, `The input is not JSON: ${why}`);
  }
}

function namedWords(value: unknown, args: readonly unknown[]): Pick<Input, "words" | "columns"> {
  const words = args.map(wordOf);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { words, columns: NO_COLUMNS };
  }
  const columns = Object.entries(value).map(([name, part]) => [name, wordOf(part)] as const);
  return { words, columns: new Map(columns) };
}

function wordOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The first row is the header. */
function rowReader(split: (row: string) => string[]): (row: string) => Content | undefined {
  let header: readonly string[] | undefined;
  return (row) => {
    try {
      const fields = split(row);
      if (header === undefined) {
        header = fields;
        return undefined;
      }
      return rowContent(header, fields) ?? unreadable(
        row,
        `The row has ${fields.length} fields and the header ${header.length}`,
      );
    } catch (error) {
      // A header that can't be read names no fields.
      header ??= [];
      return unreadable(row, `The input is not CSV: ${(error as Error).message}`);
    }
  };
}

function rowContent(header: readonly string[], fields: readonly string[]): Content | undefined {
  if (header.length !== fields.length) return undefined;
  const columns = new Map(header.map((name, n) => [name, fields[n]]));
  const value: Record<string, string> = Object.fromEntries(columns);
  const json = JSON.stringify(value);
  return { json, value, args: [value], words: fields, columns };
}

/** Looks no closer at texts that are too short for it. */
function isDeeperThan(json: string, limit: number): boolean {
  if (json.length <= limit) return false;
  let depth = 0;
  let inString = false;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (inString) {
      if (code === BACKSLASH) at++;
      else if (code === QUOTE) inString = false;
    } else if (code === QUOTE) inString = true;
    else if (code === OPEN_BRACKET || code === OPEN_BRACE) {
      if (++depth > limit) return true;
    } else if (code === CLOSE_BRACKET || code === CLOSE_BRACE) depth--;
  }
  return false;
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [0x5b, 0x5d, 0x7b, 0x7d];
