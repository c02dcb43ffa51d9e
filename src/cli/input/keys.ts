import { dirname } from "node:path";
import { canonicalJson } from "../../base/canonical_json.ts";
import type { Input } from "./format.ts";

/**
 * What a checkpoint knows an input by: as the element of `map` that it is. A number that JavaScript can't hold would be
 * taken for its neighbours, so an input with such is known by its text.
 *
 * @param input The input.
 * @returns The key.
 */
export function checkpointKey({ text, json, value, args }: Input): string {
  if (args[0] !== text && hasInexactNumber(text)) return json;
  return canonicalJson(value);
}

/** Most texts have no number that is long enough. */
function hasInexactNumber(json: string): boolean {
  if (!/\d{16}|\d\.?[eE]/.test(json)) return false;
  const outside = json.replace(/"(?:[^"\\]|\\.)*"/g, "");
  const numbers = outside.match(/-?\d[\d.]*(?:[eE][+-]?\d+)?/g) ?? [];
  return numbers.some((text) => String(Number(text)) !== text);
}

/**
 * The key that an input's limit counts it under. A column or field of the name goes before what `host` and `dir` mean by
 * themselves: the host of the first word that is a URL, the folder of the first word.
 *
 * @param expression What the user has asked for: `host`, `dir` or the name of a column or field.
 * @param input The input.
 * @returns The key; `undefined` when the input has none, so that no limit holds it.
 */
export function limitKey(expression: string, { words, columns }: Input): string | undefined {
  const named = columns.get(expression);
  if (named !== undefined) return named;
  const candidates = columns.size > 0 ? [...columns.values()] : words;
  if (expression === "host") {
    const url = candidates.find((word) => URL.canParse(word) && new URL(word).host !== "");
    return url && new URL(url).host;
  }
  return expression === "dir" && candidates.length > 0 ? dirname(candidates[0]) : undefined;
}
