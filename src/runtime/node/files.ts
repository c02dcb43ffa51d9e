import { closeSync, openSync, readSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { isAlive, removeLeftovers, temporaryPrefix } from "../leftovers.ts";
import type { FileAccess, OpenFile } from "../runtime.ts";

export const files: FileAccess = {
  // The folder of the environment may not be there.
  temporaryFolders: [undefined, "/dev/shm"],
  makeTemporary(folder = tmpdir()) {
    removeLeftovers(folder, isAlive);
    const path = resolve(folder, `${temporaryPrefix}${crypto.randomUUID()}`);
    writeFileSync(path, "", { flag: "wx", mode: 0o600 });
    return path;
  },
  write: (path, bytes) => writeFileSync(path, bytes),
  open: (path) => new NodeFile(openSync(path, "r+")),
  remove: (path) => rmSync(path),
};

class NodeFile implements OpenFile {
  readonly #descriptor: number;
  #at = 0;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  seekSync(offset: number): void {
    this.#at = offset;
  }

  readSync(into: Uint8Array): void {
    this.#at += readSync(this.#descriptor, into, 0, into.length, this.#at);
  }

  writeSync(bytes: Uint8Array): void {
    this.#at += writeSync(this.#descriptor, bytes, 0, bytes.length, this.#at);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
