import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

const NAME = /^trilane-(\d+)-/;

/** What the names of this program's temporary files begin with. */
export const temporaryPrefix: string = `trilane-${process.pid}-`;

/** Folders that have been seen to. */
const seen = new Set<string>();

/**
 * Removes the temporary files that programs left which were killed while they started children. Once in a program for each
 * folder.
 *
 * @param folder Where they are.
 * @param isAlive Whether there is a process with such a number; `true` if that can't be known.
 */
export function removeLeftovers(folder: string, isAlive: (pid: number) => boolean): void {
  if (seen.has(folder)) return;
  seen.add(folder);
  try {
    for (const name of readdirSync(folder)) {
      const pid = NAME.exec(name)?.[1];
      if (pid === undefined || isAlive(Number(pid))) continue;
      // Another user's stays, and another program may remove it first.
      rmSync(join(folder, name), { force: true });
    }
  } catch {
    // What can't be listed or removed is not in the way.
  }
}

/** Whether there is a process with such a number. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code !== "ESRCH";
  }
}
