/**
 * Files in memory, for pages: no more of `node:fs` than the tests use.
 *
 * @module
 */

/** The functions, which go by the names of Node's. */
export class Files {
  readonly #folders = new Set<string>();
  readonly #texts = new Map<string, string>();
  #made = 0;

  mkdtempSync(prefix: string): string {
    const path = `${prefix}${++this.#made}`;
    this.#folders.add(path);
    return path;
  }

  existsSync(path: string): boolean {
    return this.#folders.has(path) || this.#texts.has(path);
  }

  readFileSync(path: string, _encoding: "utf8"): string {
    const text = this.#texts.get(path);
    if (text === undefined) throw new Error(`There is no ${path}`);
    return text;
  }

  writeFileSync(path: string, text: string): void {
    const folder = path.slice(0, path.lastIndexOf("/"));
    if (!this.#folders.has(folder)) throw new Error(`There is no ${folder}`);
    this.#texts.set(path, text);
  }

  appendFileSync(path: string, text: string): void {
    this.writeFileSync(path, (this.#texts.get(path) ?? "") + text);
  }

  /** Of a folder; its files go. */
  renameSync(from: string, to: string): void {
    this.rmSync(from);
    this.#folders.add(to);
  }

  rmSync(folder: string): void {
    this.#folders.delete(folder);
    for (const path of this.#texts.keys()) {
      if (path.startsWith(`${folder}/`)) this.#texts.delete(path);
    }
  }
}

/** What a page may call. */
export type FileCalls = { readonly [K in keyof Files]: Files[K] };

/** The name of one of them. */
export type FileCall = keyof Files;
