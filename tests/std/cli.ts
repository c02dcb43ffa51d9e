/**
 * Stands in for `@std/cli` where that cannot be had: `parseArgs` for declared `string` and
 * `boolean` options with `default` and `alias`, over `node:util`. An option that is not declared
 * is a flag here (`--x 1` is not `{ x: 1 }`), so declare each.
 *
 * @module
 */
import { parseArgs as nodeParseArgs } from "node:util";

/** Options of {@linkcode parseArgs}. */
export interface ParseOptions<
  Booleans extends string = string,
  Strings extends string = string,
  Defaults extends Record<string, unknown> | undefined = Record<string, unknown> | undefined,
> {
  /** Names of options without a value; `false` when absent. */
  boolean?: Booleans | readonly Booleans[];
  /** Names of options with a value; absent from the result when absent. */
  string?: Strings | readonly Strings[];
  /** Values of options that are absent. */
  default?: Defaults;
  /** Further names of options; the result carries the value under each. */
  alias?: Record<string, string | readonly string[]>;
}

/** The result of {@linkcode parseArgs}: a property for each option, the other arguments in `_`. */
export type Args<
  Booleans extends string = never,
  Strings extends string = never,
  Defaults = undefined,
> =
  & Record<string, unknown>
  & { [K in Booleans]: boolean }
  & {
    [K in Strings as K extends keyof Defaults ? K : never]: string | Defaults[K & keyof Defaults];
  }
  & { [K in Strings as K extends keyof Defaults ? never : K]?: string }
  & { _: (string | number)[] };

/** Splits command line arguments into options and the rest. */
export function parseArgs<
  Booleans extends string = never,
  Strings extends string = never,
  Defaults extends Record<string, unknown> | undefined = undefined,
>(
  args: readonly string[],
  options: ParseOptions<Booleans, Strings, Defaults> = {},
): Args<Booleans, Strings, Defaults> {
  const aliases = new Map(Object.entries(options.alias ?? {}).map(([k, v]) => [k, list(v)]));
  const booleans = new Set(withAliases(list(options.boolean), aliases));
  const strings = new Set(withAliases(list(options.string), aliases));

  const parsed = nodeParseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    options: Object.fromEntries([...booleans, ...strings].map((name) => [
      name,
      {
        type: strings.has(name) ? "string" as const : "boolean" as const,
        ...(name.length === 1 && { short: name }),
      },
    ])),
  });

  const result: Record<string, unknown> = { _: [] };
  const set = (name: string, value: unknown) => {
    for (const each of namesOf(name, aliases)) result[each] = value;
  };
  for (const name of booleans) set(name, false);
  for (const [name, value] of Object.entries(options.default ?? {})) set(name, value);

  const rest: (string | number)[] = [];
  let terminated = false;
  for (const token of parsed.tokens) {
    if (token.kind === "option-terminator") terminated = true;
    else if (token.kind === "positional") {
      rest.push(terminated || !isNumber(token.value) ? token.value : Number(token.value));
    } else if (strings.has(token.name)) set(token.name, token.value ?? "");
    else set(token.name, token.value !== "false");
  }
  return { ...result, _: rest } as Args<Booleans, Strings, Defaults>;
}

function list<T extends string>(names: T | readonly T[] = []): readonly T[] {
  return typeof names === "string" ? [names] : names;
}

type Aliases = Map<string, readonly string[]>;

/** Every name of the option that has this name. */
function namesOf(name: string, aliases: Aliases): string[] {
  for (const [main, others] of aliases) {
    if (main === name || others.includes(name)) return [main, ...others];
  }
  return [name];
}

function withAliases(names: readonly string[], aliases: Aliases): string[] {
  return names.flatMap((name) => namesOf(name, aliases));
}

/** An argument that reads as a number is one, as in the original. */
function isNumber(text: string): boolean {
  return text.trim() !== "" && Number.isFinite(Number(text));
}
