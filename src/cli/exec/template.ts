import type { Input } from "../input/format.ts";
import { shellWord } from "./shell.ts";

/** `{}`, `{2}`, `{name}`, each maybe with what is to be taken of it; `{#}` is the number of the input. */
const PLACEHOLDER = /\{(#|[^{}#/.\s][^{}/]*?)?(\.|\/\.|\/\/|\/)?\}/g;

/** What is taken of a word that is a path. */
const PARTS: Readonly<Record<string, (path: string) => string>> = {
  ".": withoutExtension,
  "/": baseName,
  "//": folderOf,
  "/.": (path) => withoutExtension(baseName(path)),
};

/** What a command line for one input is made of. */
export class CommandTemplate {
  readonly #words: readonly string[];
  readonly #shell: boolean;
  readonly #appends: boolean;

  /**
   * @param words The words, with placeholders.
   * @param shell Whether they are, joined, a script for a shell.
   * @param named Whether inputs have words with names.
   */
  constructor(words: readonly string[], shell: boolean, named: boolean) {
    this.#words = words;
    this.#shell = shell;
    this.#appends = !words.some((word) => hasPlaceholder(word, named));
  }

  /**
   * Makes the command line.
   *
   * @param input The input.
   * @returns Its words.
   */
  words(input: Input): string[] {
    if (this.#shell) return ["/bin/sh", "-c", this.#script(input)];
    const words = this.#words.flatMap((word) => {
      // By itself it is as many words as the input has.
      if (word === "{}") return input.words;
      return replaced(word, input, (text) => text);
    });
    return this.#appends ? [...words, ...input.words] : words;
  }

  /**
   * Shows the command line as one could type it.
   *
   * @param input The input.
   * @returns The text.
   */
  text(input: Input): string {
    return this.#shell ? this.#script(input) : this.words(input).map(shellWord).join(" ");
  }

  #script(input: Input): string {
    const script = replaced(this.#words.join(" "), input, shellWord);
    return this.#appends ? [script, ...input.words.map(shellWord)].join(" ") : script;
  }
}

/** Braces that mean something else, as in JSON or in a shell's own `${…}`, are left as they are. */
function replaced(text: string, input: Input, quote: (word: string) => string): string {
  return text.replace(PLACEHOLDER, (placeholder, what: string | undefined, part?: string) => {
    const take = part === undefined ? (word: string) => word : PARTS[part];
    if (what === undefined) return input.words.map((word) => quote(take(word))).join(" ");
    if (what === "#") return part === undefined ? String(input.number) : placeholder;
    const word = input.columns.get(what) ??
      (/^\d+$/.test(what) ? input.words[Number(what) - 1] ?? "" : undefined);
    return word === undefined ? placeholder : quote(take(word));
  });
}

function hasPlaceholder(text: string, named: boolean): boolean {
  return Array.from(text.matchAll(PLACEHOLDER))
    .some(([, what]) => what === undefined || /^(#|\d+)$/.test(what) || named);
}

function withoutExtension(path: string): string {
  return path.replace(/\.[^/.]+$/, "");
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function folderOf(path: string): string {
  const end = path.lastIndexOf("/");
  if (end < 0) return ".";
  return end === 0 ? "/" : path.slice(0, end);
}
