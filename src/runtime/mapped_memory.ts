import { existsSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

/** What is used of Bun. */
interface BunMap {
  mmap(path: string, options: { shared: boolean; offset: number; size: number }): Uint8Array;
}

/** Pieces of memory that another process can map too. */
export interface MappedMemory {
  /** The file to map. */
  readonly path: string;
  readonly pieces: readonly ArrayBuffer[];
}

/** A piece of a file can be mapped from a multiple of this on, whatever the size of a page (up to 64 KiB). */
const ALIGNMENT = 65_536;

const { Bun } = globalThis as unknown as { Bun?: BunMap };

/** Whether memory can be shared with another process: Bun can map files, Deno can't. */
export const canMap: boolean = Bun !== undefined && process.platform !== "win32";

/**
 * Makes memory that another process can map too, and on which `Atomics` work across both.
 *
 * @param sizes How many bytes each piece has.
 * @returns The memory, all zero.
 * @throws When the file can't be made.
 */
export function createMapped(sizes: readonly number[]): MappedMemory {
  const folder = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
  const path = join(folder, `trilane-${process.pid}-${crypto.randomUUID()}`);
  // What lies between the pieces takes no room.
  writeFileSync(path, new Uint8Array(sizes.length * ALIGNMENT), { flag: "wx", mode: 0o600 });
  return { path, pieces: openMapped(path, sizes) };
}

/**
 * Maps what `createMapped` made.
 *
 * @param path The file.
 * @param sizes How many bytes each piece has.
 * @returns The pieces.
 */
export function openMapped(path: string, sizes: readonly number[]): ArrayBuffer[] {
  return sizes.map((size, index) =>
    Bun!.mmap(path, { shared: true, offset: index * ALIGNMENT, size }).buffer as ArrayBuffer
  );
}

/** Removes the file; the memory stays with those who have mapped it. */
export function removeMapped(path: string): void {
  rmSync(path, { force: true });
}
