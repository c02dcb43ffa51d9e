/**
 * Stands in for `@std/cli` where that cannot be had: `parseArgs` with the options that programs
 * here use, and `unicodeWidth`, with the same behaviour.
 *
 * @module
 */

/** Options of {@linkcode parseArgs}. */
export interface ParseOptions<
  Booleans extends string = string,
  Strings extends string = string,
  Collected extends string = string,
  Defaults extends Record<string, unknown> | undefined = Record<string, unknown> | undefined,
> {
  /** Names of options without a value; `false` when absent. */
  boolean?: Booleans | readonly Booleans[];
  /** Names of options with a value; absent from the result when absent. `_` is the other arguments. */
  string?: Strings | readonly Strings[];
  /** Names of options that may be given several times: their values become an array. */
  collect?: Collected | readonly Collected[];
  /** Values of options that are absent. */
  default?: Defaults;
  /** Further names of options; the result carries the value under each. */
  alias?: Record<string, string | readonly string[]>;
  /** Called with each argument that isn't declared; `false` leaves it out of the result. */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

type Value<Name, Collected, Type> = Name extends Collected ? Type[] : Type;

/** The result of {@linkcode parseArgs}: a property for each option, the other arguments in `_`. */
export type Args<
  Booleans extends string = never,
  Strings extends string = never,
  Collected extends string = never,
  Defaults = undefined,
> =
  & { [K in Booleans]: Value<K, Collected, boolean> }
  & {
    [K in Exclude<Strings, "_"> as K extends keyof Defaults | Collected ? K : never]:
      | Value<K, Collected, string>
      | (K extends keyof Defaults ? Defaults[K] : never);
  }
  & { [K in Exclude<Strings, "_"> as K extends keyof Defaults | Collected ? never : K]?: string }
  & { [name: string]: unknown; _: (string | number)[] };

/** Splits command line arguments into options and the rest. */
export function parseArgs<
  Booleans extends string = never,
  Strings extends string = never,
  Collected extends string = never,
  const Defaults extends Record<string, unknown> | undefined = undefined,
>(
  args: readonly string[],
  options: ParseOptions<Booleans, Strings, Collected, Defaults> = {},
): Args<Booleans, Strings, Collected, Defaults> {
  const { unknown = () => true } = options;
  const aliases = new Map<string, string[]>();
  for (const [name, others] of Object.entries(options.alias ?? {})) {
    const names = [name, ...list(others)];
    for (const each of names) aliases.set(each, names);
  }
  const namesOf = (name: string) => aliases.get(name) ?? [name];
  const declared = (names: string | readonly string[] | undefined) =>
    new Set(list(names).flatMap(namesOf));
  const booleans = declared(options.boolean);
  const strings = declared(options.string);
  const collected = declared(options.collect);
  const isDeclared = (name: string) =>
    [booleans, strings, collected, aliases].some((names) => names.has(name));

  const result: Record<string, unknown> = {};
  const set = (name: string, value: string | boolean, arg: string) => {
    if (!isDeclared(name) && unknown(arg, name, value) === false) return;
    const typed = typeof value === "string" && !strings.has(name) ? numberOr(value) : value;
    for (const each of namesOf(name)) {
      if (!collected.has(each)) result[each] = typed;
      else result[each] = [...(result[each] as unknown[] ?? []), typed];
    }
  };

  const end = args.indexOf("--");
  const before = end === -1 ? args : args.slice(0, end);
  const rest: (string | number)[] = [];
  for (let at = 0; at < before.length; at++) {
    const arg = before[at]!;
    const next = before[at + 1];
    /** Takes the next argument for the value of an option, if it is one. */
    const setLast = (name: string, isOption: (text: string) => boolean) => {
      const isFlag = booleans.has(name);
      const takesNext = next && (isFlag ? /^(?:true|false)$/.test(next) : !isOption(next));
      if (takesNext) at++;
      if (!takesNext) set(name, strings.has(name) ? "" : true, arg);
      else set(name, isFlag ? next === "true" : next, arg);
    };

    const long = arg.match(/^--(.+?)(?:=(.*))?$/s);
    if (long) {
      const [, name, value] = long;
      if (value === undefined) setLast(name!, (text) => text.startsWith("-"));
      else set(name!, booleans.has(name!) ? value !== "false" : value, arg);
    } else if (/^-[^-]/.test(arg)) {
      const letters = arg.slice(1, -1).split("");
      const valueAt = letters.findIndex((letter, i) =>
        attached(letter, arg.slice(i + 2)) !== undefined
      );
      for (const letter of valueAt === -1 ? letters : letters.slice(0, valueAt)) {
        set(letter, strings.has(letter) ? "" : true, arg);
      }
      if (valueAt === -1) setLast(arg.slice(-1), (text) => /^--?[^-]/.test(text));
      else set(letters[valueAt]!, attached(letters[valueAt]!, arg.slice(valueAt + 2))!, arg);
    } else if (unknown(arg) !== false) {
      rest.push(strings.has("_") ? arg : numberOr(arg));
    }
  }

  for (const [name, value] of Object.entries(options.default ?? {})) {
    if (!Object.hasOwn(result, name)) { for (const each of namesOf(name)) result[each] = value; }
  }
  for (const name of booleans) result[name] ??= collected.has(name) ? [] : false;
  for (const name of strings) if (collected.has(name)) result[name] ??= [];
  result._ = [...rest, ...end === -1 ? [] : args.slice(end + 1)];
  return result as Args<Booleans, Strings, Collected, Defaults>;
}

/** What follows a letter in the same argument, if it is its value and not more letters. */
function attached(letter: string, rest: string): string | undefined {
  if (rest === "-") return rest;
  if (rest === "=") return "";
  if (/[A-Za-z]/.test(letter)) {
    const value = rest.match(/=(.+)/)?.[1];
    if (value !== undefined) return value;
    if (/-?\d+(\.\d*)?(e-?\d+)?$/.test(rest)) return rest;
  }
  return rest.length > 1 && /^\W/.test(rest) ? rest : undefined;
}

function list<T extends string>(names: T | readonly T[] = []): readonly T[] {
  return typeof names === "string" ? [names] : names;
}

/** An argument that reads as a number is one, as in the original. */
function numberOr(text: string): string | number {
  return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** Characters that take two columns: those of East Asia, and emoji but for the letters that flags are made of. */
const WIDE =
  /(?![\u{1f1e6}-\u{1f1ff}])[\p{Emoji_Presentation}\u1100-\u115f\u2329\u232a\u2e80-\u3029\u302e-\u303e\u3041-\u3247\u3250-\u4dbf\u4e00-\ua4c6\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{1b2fb}\u{1f200}-\u{1f265}\u{1f300}-\u{1f320}\u{1f90c}-\u{1f93a}\u{1f93c}-\u{1f945}\u{1f947}-\u{1f9ff}\u{20000}-\u{2fffd}\u{30000}-\u{3fffd}]/u;

/** Characters that take none: they change or join others, or control something. */
const NARROW = /[\p{Mn}\p{Me}\p{Cc}\p{Cf}\u1160-\u11ff]/u;

/** The columns that a text takes in a terminal; a character that is newer may be taken for one. */
export function unicodeWidth(str: string): number {
  const widthOf = (char: string) => {
    // The soft hyphen is a character of the kind that takes none, and yet shown.
    if (char !== "\u00ad" && NARROW.test(char)) return 0;
    return WIDE.test(char) ? 2 : 1;
  };
  return Array.from(str, widthOf).reduce((sum: number, width) => sum + width, 0);
}
