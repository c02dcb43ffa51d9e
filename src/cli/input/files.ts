import { openSync } from "node:fs";
import { isInstance, show } from "../../base/errors.ts";
import type { OptionName } from "../options/options.ts";
import { UsageError } from "../options/usage.ts";

/**
 * Opens what an option names a file for.
 *
 * @param option The option.
 * @param path The file.
 * @param open Opens it.
 * @returns What that returns.
 * @throws {UsageError} When it can't be opened.
 */
export function opened<T>(option: OptionName, path: string, open: (path: string) => T): T {
  try {
    return open(path);
  } catch (error) {
    const why = isInstance(error, Error) ? error.message : show(error);
    const use = option === "input" ? "readable" : "writable";
    throw new UsageError(`--${option} must be ${use}: got ${show(path)}: ${why}`);
  }
}

/**
 * Opens a file to be written, before there is anything to write.
 *
 * @param option The option that names it.
 * @param path The file, if there is to be one.
 * @param flags `"w"` or `"a"`.
 * @returns Its descriptor.
 */
export function openOutput(
  option: OptionName,
  path: string | undefined,
  flags: "w" | "a",
): number | undefined {
  if (path === undefined) return undefined;
  return opened(option, path, () => openSync(path, flags));
}
