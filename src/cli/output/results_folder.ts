import { createHash } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeError, type Outcome } from "./outcome.ts";

/** What file systems take as a name, with room for an ending; longer names are cut and get a digest. */
const MAX_NAME_BYTES = 200;

/** Not printable, with a meaning in paths, or awkward in a shell. */
const UNSAFE = /[^\p{L}\p{N}\p{M} ._,=+@~-]/gu;

/**
 * A folder with one folder for each input, named after it, that holds what came of the input: `value.json` or
 * `error.json`, and of a command or a function in a process `stdout` and `stderr`, byte for byte. Equal inputs have one folder.
 */
export class ResultsFolder {
  readonly #path: string;

  /**
   * @param path The folder; made where there is none.
   * @throws When it can't be.
   */
  constructor(path: string) {
    mkdirSync(path, { recursive: true });
    this.#path = path;
  }

  /** Writes what came of an input. */
  write({ input, status, json, error, written }: Outcome): void {
    const folder = join(this.#path, folderName(input.text));
    mkdirSync(folder, { recursive: true });
    const [name, stale, text] = status === "succeeded"
      ? ["value.json", "error.json", json!]
      : ["error.json", "value.json", encodeError(error)];
    writeFileSync(join(folder, name), `${text}\n`);
    // That of an earlier run.
    rmSync(join(folder, stale), { force: true });
    if (written === undefined) return;
    writeFileSync(join(folder, "stdout"), written.stdout);
    writeFileSync(join(folder, "stderr"), written.stderr);
  }
}

/** A name that differs for different inputs: unsafe characters are written as in a URL. */
export function folderName(text: string): string {
  const safe = text.toWellFormed().replace(/%/g, "%25").replace(
    UNSAFE,
    (character) =>
      character === "%" ? character : encodeURIComponent(character).replace(/^[^%]$/, escapeByte),
  );
  const name = safe === "" ? "%" : safe.replace(/^\.+$/, (dots) => "%2E".repeat(dots.length));
  if (new TextEncoder().encode(name).length <= MAX_NAME_BYTES) return name;
  const digest = createHash("sha256").update(text).digest("hex").slice(0, 16);
  // Cut at 50 characters, which are at most 200 bytes.
  return `${Array.from(name).slice(0, 45).join("")}-${digest}`;
}

/** `encodeURIComponent` leaves a few: `!`, `'`, `(`, `)`, `*`. */
function escapeByte(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
