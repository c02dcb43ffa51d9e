import { isInstance, show } from "../../../base/errors.ts";
import { define } from "./error_parts.ts";
import { pack } from "./pack.ts";
import { unpack } from "./unpack.ts";

/** Anything that was thrown, packed. */
export interface EncodedThrown {
  readonly value: unknown;
}

/**
 * Makes plain data of what was thrown. Of an error what can't be sent is left out field by field; of anything else that can't be
 * sent a text goes that shows it.
 *
 * @param thrown Anything.
 * @returns Data that can be sent to a thread.
 */
export function encodeThrown(thrown: unknown): EncodedThrown {
  try {
    return { value: pack(thrown) };
  } catch {
    return { value: show(thrown) };
  }
}

/**
 * Makes an error again of its data. It never throws.
 *
 * @param encoded What `encodeThrown` made.
 * @param site A line to add to the stack of the outermost error: where the task was submitted.
 * @returns What was thrown.
 */
export function decodeThrown(encoded: EncodedThrown, site?: string): unknown {
  const thrown = unpack((encoded as Partial<EncodedThrown> | undefined)?.value);
  if (site !== undefined && isInstance(thrown, Error)) {
    define(thrown, "stack", `${thrown.stack}\n${site}`, false);
  }
  return thrown;
}
