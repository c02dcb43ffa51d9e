import { cut } from "../base/cut.ts";
import { show } from "../base/errors.ts";

/** Of lists and objects the first parts are told. */
const MAX_PARTS = 8;
const MAX_DEPTH = 2;
const MAX_TEXT = 200;

/**
 * What a task was submitted with, as far as its metadata tells. It is put together many times a second, so whatever the
 * metadata is, little of it is looked at.
 *
 * @param metadata The metadata: anything.
 * @returns A text, cut if it is long; `null` if there is none.
 */
export function inputOf({ metadata }: { readonly metadata: unknown }): string | null {
  if (metadata === undefined) return null;
  try {
    return shortened(typeof metadata === "string" ? metadata : brief(metadata, 0));
  } catch {
    return show(metadata);
  }
}

function brief(value: unknown, depth: number): string {
  if (typeof value === "string") return depth === 0 ? value : JSON.stringify(shortened(value));
  if (typeof value !== "object" || value === null) return show(value);
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === "function") return brief(toJSON.call(value), depth);
  const isPlain = [Object.prototype, Array.prototype, null].includes(Object.getPrototypeOf(value));
  if (!isPlain || depth === MAX_DEPTH) return show(value);
  const parts: string[] = [];
  if (Array.isArray(value)) {
    for (const part of value.slice(0, MAX_PARTS)) parts.push(brief(part, depth + 1));
    if (value.length > MAX_PARTS) parts.push("…");
    return `[${parts.join(", ")}]`;
  }
  for (const key in value) {
    if (parts.length === MAX_PARTS) {
      parts.push("…");
      break;
    }
    parts.push(`${shortened(key)}: ${brief((value as Record<string, unknown>)[key], depth + 1)}`);
  }
  return parts.length === 0 ? "{}" : `{ ${parts.join(", ")} }`;
}

/** Cuts a text that is shown in passing. */
export function shortened(text: string): string {
  return cut(text, MAX_TEXT);
}
