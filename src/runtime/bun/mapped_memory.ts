import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { firstThatWorks } from "../first_that_works.ts";
import { isAlive, removeLeftovers, temporaryPrefix } from "../leftovers.ts";
import type { MappedMemories } from "../runtime.ts";

/** What is used of Bun. */
interface BunMap {
  mmap(path: string, options: { shared: boolean; offset: number; size: number }): Uint8Array;
}

/** A piece of a file can be mapped from a multiple of this on, whatever the size of a page (up to 64 KiB). */
const ALIGNMENT = 65_536;

/** Maps files, which Bun can do where the system is a Unix. */
export const mappedMemories: MappedMemories = {
  create(sizes) {
    return firstThatWorks(["/dev/shm", tmpdir()], (folder) => {
      removeLeftovers(folder, isAlive);
      const path = resolve(folder, `${temporaryPrefix}${crypto.randomUUID()}`);
      try {
        // What lies between the pieces takes no room.
        writeFileSync(path, new Uint8Array(sizes.length * ALIGNMENT), { flag: "wx", mode: 0o600 });
        return { path, pieces: open(path, sizes) };
      } catch (error) {
        rmSync(path, { force: true });
        throw error;
      }
    });
  },
  open,
  remove: (path) => rmSync(path, { force: true }),
};

function open(path: string, sizes: readonly number[]): ArrayBuffer[] {
  const { Bun } = globalThis as unknown as { Bun: BunMap };
  return sizes.map((size, index) =>
    Bun.mmap(path, { shared: true, offset: index * ALIGNMENT, size }).buffer as ArrayBuffer
  );
}
