/**
 * A module that fails to load in the first workers that try: as many as `FAILS_FIRST_COUNT` says, counted by folders in
 * `FAILS_FIRST_FOLDER`.
 *
 * @module
 */
import { mkdirSync } from "node:fs";
import process from "node:process";

const { FAILS_FIRST_FOLDER: folder, FAILS_FIRST_COUNT: count } = process.env;
for (let i = 0; i < Number(count); i++) {
  if (make(`${folder}/${i}`)) throw new RangeError(`no load ${i + 1}`);
}

function make(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch {
    return false;
  }
}

export function square(n: number): number {
  return n * n;
}
