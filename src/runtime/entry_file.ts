import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { TrilaneError } from "../base/errors.ts";
import { isCompiled } from "./bun/compiled.ts";

/**
 * The path of the module that children run.
 *
 * @param entry Its URL.
 * @returns The path.
 * @throws {TrilaneError} When it isn't there: this library was bundled or compiled into another file.
 */
export function entryFile(entry: string): string {
  const path = fileURLToPath(entry);
  if (!isCompiled(entry) && existsSync(path)) return path;
  throw new TrilaneError(
    `Cannot start a child: its module ${path} isn't there, since the program was bundled or compiled into one file. ` +
      'Make @trilane/trilane/process/worker an entry point of the bundle too, and say where it is by the option "workerUrl"; ' +
      "or leave @trilane/trilane out of the bundle, as an external module",
  );
}
