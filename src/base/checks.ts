import { show } from "./errors.ts";
import { peerName } from "./peer_names.ts";
import { nearest } from "./suggest.ts";

/** Throws when a value isn't allowed: `TypeError` for its type, `RangeError` for its size. */
export type Check = (name: string, value: unknown) => void;

/** The options that a call takes, each with its check. */
export type OptionChecks = Readonly<Record<string, Check>>;

/**
 * Refuses an option's value.
 *
 * @throws What it is told to, saying which option, what is allowed and the value seen.
 */
export function refuse(
  ErrorClass: ErrorConstructor,
  name: string,
  allowed: string,
  value: unknown,
): never {
  throw new ErrorClass(`${name} must be ${allowed}: got ${show(value)}`);
}

const number = (allowed: string, test: (value: number) => boolean): Check => (name, value) => {
  if (typeof value !== "number") refuse(TypeError, name, "a number", value);
  if (!test(value)) refuse(RangeError, name, allowed, value);
};
const whole = (range: Check): Check => (name, value) => {
  range(name, value);
  if (!Number.isInteger(value)) refuse(RangeError, name, "a whole number", value);
};
const typed = (type: "boolean" | "string" | "function"): Check => (name, value) => {
  const seen = typeof value;
  if (seen !== type) refuse(TypeError, name, `a ${type}`, value);
};
/** One of some words. */
export const oneOf = (...words: string[]): Check => (name, value) => {
  const allowed = words.map((word) => `'${word}'`).join(" or ");
  if (typeof value !== "string") refuse(TypeError, name, allowed, value);
  if (!words.includes(value)) refuse(RangeError, name, allowed, value);
};
const positive = number("> 0", (value) => value > 0);
const notNegative = number(">= 0", (value) => value >= 0);
const time: Check = (name, value) => {
  if (typeof value !== "number" && !(value instanceof Date)) {
    refuse(TypeError, name, "a number or a Date", value);
  }
  if (!Number.isFinite(Number(value))) refuse(RangeError, name, "a time", value);
};

/** Checks for the kinds of values that options have. */
export const checks = {
  any: (() => {}) as Check,
  boolean: typed("boolean"),
  string: typed("string"),
  function: typed("function"),
  /** A number that can be ordered. */
  ordered: number("a number that can be ordered", (value) => !Number.isNaN(value)),
  positive,
  notNegative,
  fraction: number("from 0 to 1", (value) => value >= 0 && value <= 1),
  /** A whole number from 1. */
  count: whole(positive),
  /** A whole number from 1, or Infinity. */
  countOrUnlimited: ((name, value) => {
    if (value !== Infinity) whole(positive)(name, value);
  }) as Check,
  /** A whole number from 0. */
  countOrZero: whole(notNegative),
  /** A whole number from 0, or Infinity. */
  countOrInfinity: ((name, value) => {
    if (value !== Infinity) whole(notNegative)(name, value);
  }) as Check,
  /** A time of day. */
  time,
  signal: ((name, value) => {
    const signal = value as AbortSignal | null;
    if (
      typeof signal?.addEventListener !== "function" ||
      typeof signal.removeEventListener !== "function" || typeof signal.aborted !== "boolean"
    ) {
      refuse(TypeError, name, "an AbortSignal", value);
    }
  }) as Check,
  /** What has a `wait()`, as the handles of all lanes do. */
  handle: ((name, value) => {
    if (typeof (value as { wait?: unknown } | null | undefined)?.wait !== "function") {
      refuse(TypeError, name, "a handle", value);
    }
  }) as Check,
} as const;

/**
 * Refuses an options object that has an unknown name or a value that isn't allowed. An option that is
 * `undefined` counts as left out, and so does what an object inherits.
 *
 * @param kind What the options are of, as a message names them: "task", "queue".
 * @param options The options object.
 * @param allowed The options that are known.
 * @throws {TypeError} When it isn't an object, has an unknown name, or a value of the wrong type.
 * @throws {RangeError} When a value is out of range.
 */
export function checkOptions(kind: string, options: object, allowed: OptionChecks): void {
  eachOption(kind, options, allowed, () => {});
}

/**
 * Reads an options object, once, and refuses it as {@linkcode checkOptions} does.
 *
 * @param kind What the options are of.
 * @param options The options object.
 * @param allowed The options that are known.
 * @returns The object's own options. Those it doesn't have are `undefined`, whatever it inherits.
 */
export function ownOptions<O extends object>(kind: string, options: O, allowed: OptionChecks): O {
  const own: Record<string, unknown> = {};
  for (const name of Object.keys(allowed)) own[name] = undefined;
  eachOption(kind, options, allowed, (name, value) => own[name] = value);
  return own as O;
}

/**
 * Reads an options object, once, and refuses it as {@linkcode checkOptions} does.
 *
 * @param kind What the options are of.
 * @param options The options object.
 * @param allowed The options that are known.
 * @param take Called for each option that the object has itself and that is not `undefined`.
 */
export function eachOption(
  kind: string,
  options: object,
  allowed: OptionChecks,
  take: (name: string, value: unknown) => void,
): void {
  assertObject(`The ${kind} options`, options);
  for (const name of Object.keys(options)) {
    const value = (options as Record<string, unknown>)[name];
    const check = checkOf(kind, name, allowed);
    if (value === undefined) continue;
    check(name, value);
    take(name, value);
  }
}

/**
 * Finds an option's check.
 *
 * @param kind What the option is of.
 * @param name The option's name.
 * @param allowed The options that are known.
 * @returns The check.
 * @throws {TypeError} When the name is unknown.
 */
export function checkOf(kind: string, name: string, allowed: OptionChecks): Check {
  const check = Object.hasOwn(allowed, name) ? allowed[name] : undefined;
  if (check === undefined) throw unknownOption(`${kind} option`, name, Object.keys(allowed));
  return check;
}

/**
 * Makes the check of an option that is an object with options of its own.
 *
 * @param allowed What it may have.
 * @returns The check.
 */
export function nested(allowed: OptionChecks): Check {
  return (name, value) => {
    assertObject(name, value);
    for (const [key, part] of Object.entries(value)) {
      if (!Object.hasOwn(allowed, key)) {
        throw unknownOption(`option in ${name}`, key, Object.keys(allowed));
      }
      if (part !== undefined) allowed[key]!(`${name}.${key}`, part);
    }
  };
}

/**
 * Refuses what is no object.
 *
 * @param what What it should be, as the subject of a message.
 * @param value What was given.
 * @throws {TypeError} When it isn't one, or is an array.
 */
export function assertObject(what: string, value: unknown): asserts value is object {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return;
  throw new TypeError(`${what} must be an object: got ${show(value)}`);
}

/**
 * Names what was probably meant by an unknown name.
 *
 * @param what The kind of name, with where it stands.
 * @param name The unknown one.
 * @param known What would have been understood.
 * @returns The error to throw.
 */
export function unknownOption(what: string, name: string, known: readonly string[]): TypeError {
  const meant = peerName(name, known) ?? nearest(name, known);
  return new TypeError(
    `Unknown ${what}: '${name}'` + (meant ? `. Did you mean '${meant}'?` : ""),
  );
}
