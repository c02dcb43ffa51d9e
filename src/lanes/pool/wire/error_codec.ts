import * as errors from "../../../base/errors.ts";
import { type EncodedError, type EncodedThrown, pack, unpack } from "./packing.ts";

export type { EncodedThrown };

/** Whether a value can go through the channel as it is. */
export type CanSend = (value: unknown) => boolean;

/** So deep may causes and aggregates nest; what is deeper is left out. */
const MAX_DEPTH = 32;

/** Encoded apart, not to be treated as fields. */
const NOT_FIELDS = new Set(["name", "message", "stack", "cause"]);

/** The classes that a decoded error can be an instance of, by name. */
const BASES: ReadonlyMap<string, new (...args: never[]) => Error> = new Map(
  [
    Error,
    AggregateError,
    EvalError,
    RangeError,
    ReferenceError,
    SyntaxError,
    TypeError,
    URIError,
    ...Object.values(errors).filter((value) =>
      typeof value === "function" && value.prototype instanceof Error
    ) as (new (...args: never[]) => Error)[],
  ].map((ErrorClass) => [ErrorClass.name, ErrorClass]),
);

/**
 * Makes plain data of what was thrown.
 *
 * @param thrown Anything.
 * @param canSend Whether a field's value can be sent; one that can't is dropped alone.
 * @returns Data that can be sent.
 */
export function encodeThrown(thrown: unknown, canSend: CanSend): EncodedThrown {
  try {
    return encode(thrown, canSend, new Set(), 0);
  } catch {
    // What is a proxy, or has such for a prototype, may throw at every touch.
    return { value: errors.show(thrown) };
  }
}

function encode(
  thrown: unknown,
  canSend: CanSend,
  seen: Set<unknown>,
  depth: number,
): EncodedThrown {
  const nested = (value: unknown) => encode(value, canSend, seen, depth + 1);
  if (!errors.isInstance(thrown, Error)) return encodeOther(thrown, canSend, nested);
  if (seen.has(thrown) || depth > MAX_DEPTH) {
    return { value: `[${seen.has(thrown) ? "circular" : "too deep"}: ${errors.show(thrown)}]` };
  }
  seen.add(thrown);
  const cause = read(thrown, "cause");
  const inner = errors.isInstance(thrown, AggregateError) ? read(thrown, "errors") : undefined;
  const encoded: EncodedError = {
    base: baseOf(thrown),
    name: nameOf(thrown),
    message: stringOr(read(thrown, "message"), ""),
    stack: stringOr(read(thrown, "stack"), undefined),
    fields: fieldsOf(thrown, canSend, nested),
    cause: cause === undefined ? undefined : nested(cause),
    errors: Array.isArray(inner) ? inner.map(nested) : undefined,
  };
  seen.delete(thrown);
  return { error: encoded };
}

/** What is no error goes as it is if it can, otherwise as a text that shows what it was. */
function encodeOther(
  value: unknown,
  canSend: CanSend,
  nested: (value: unknown) => EncodedThrown,
): EncodedThrown {
  return sent(value, canSend, nested) ?? { value: errors.show(value) };
}

/** A value ready to be sent; `undefined` if it can't be. */
function sent(
  value: unknown,
  canSend: CanSend,
  nested: (value: unknown) => EncodedThrown,
): { readonly value: unknown } | undefined {
  try {
    const encoded = pack(value, [], nested);
    return canSend(encoded) ? { value: encoded } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Makes an error again of its data.
 *
 * @param encoded What `encodeThrown` made.
 * @param site A line to add to the stack of the outermost error: where the task was submitted.
 * @returns What was thrown.
 */
export function decodeThrown(encoded: EncodedThrown, site?: string): unknown {
  if (!("error" in encoded)) return unpack(encoded.value, decodeThrown);
  const { base, name, message, stack, fields, cause, errors: inner } = encoded.error;
  const error = create(base, name, message);
  if (error.name !== name) define(error, "name", name, false);
  const text = stack ?? `${name}: ${message}`;
  define(error, "stack", site === undefined ? text : `${text}\n${site}`, false);
  if (cause !== undefined) define(error, "cause", decodeThrown(cause), false);
  if (inner !== undefined) define(error, "errors", inner.map((one) => decodeThrown(one)), false);
  for (const [key, value] of fields ?? []) define(error, key, decodeThrown(value), true);
  return error;
}

/** An instance of the class, made without what its constructor may want to know. */
function create(base: string, name: string, message: string): Error {
  if (base === "DOMException") return new DOMException(message, name);
  const ErrorClass = BASES.get(base) ?? Error;
  switch (ErrorClass) {
    case AggregateError:
      return new AggregateError([], message);
    case errors.ExecutionError:
      return new errors.ExecutionError([], message, []);
    case errors.WorkerCrashError:
      return new errors.WorkerCrashError(message, { workerId: 0 });
    default:
      return new (ErrorClass as ErrorConstructor)(message);
  }
}

function define(error: Error, key: string, value: unknown, enumerable: boolean): void {
  try {
    Object.defineProperty(error, key, { value, enumerable, configurable: true, writable: true });
  } catch {
    // What the class itself defines for good stays as the class has it.
  }
}

function baseOf(error: Error): string {
  if (typeof DOMException === "function" && error instanceof DOMException) return "DOMException";
  for (let proto = Object.getPrototypeOf(error); proto; proto = Object.getPrototypeOf(proto)) {
    const name = proto.constructor?.name;
    if (typeof name === "string" && BASES.has(name)) return name;
  }
  return "Error";
}

/** The name it gives itself; a class that gives none is named by its constructor. */
function nameOf(error: Error): string {
  const name = stringOr(read(error, "name"), "Error");
  const own = stringOr(Object.getPrototypeOf(error)?.constructor?.name, name);
  return BASES.has(name) && name !== own && own !== "" && isPlainName(error) ? own : name;
}

/** Whether the error's name is what it inherits from a standard class. */
function isPlainName(error: Error): boolean {
  for (let at: object | null = error; at !== null; at = Object.getPrototypeOf(at)) {
    if (Object.hasOwn(at, "name")) {
      const { constructor } = at as { constructor?: unknown };
      return Object.hasOwn(at, "constructor") &&
        BASES.get((constructor as { name: string }).name) === constructor;
    }
  }
  return false;
}

function fieldsOf(
  error: Error,
  canSend: CanSend,
  nested: (value: unknown) => EncodedThrown,
): [string, EncodedThrown][] | undefined {
  const aggregate = errors.isInstance(error, AggregateError);
  const fields: [string, EncodedThrown][] = [];
  for (const key of Object.keys(error)) {
    if (NOT_FIELDS.has(key) || (aggregate && key === "errors")) continue;
    const value = read(error, key, MISSING);
    if (value === MISSING) continue;
    const field = errors.isInstance(value, Error) ? nested(value) : sent(value, canSend, nested);
    if (field !== undefined) fields.push([key, field]);
  }
  return fields.length === 0 ? undefined : fields;
}

const MISSING = Symbol();

/** Reads a property whose getter may throw. */
function read(error: Error, key: string, otherwise?: unknown): unknown {
  try {
    return (error as unknown as Record<string, unknown>)[key];
  } catch {
    return otherwise;
  }
}

function stringOr<D>(value: unknown, otherwise: D): string | D {
  return typeof value === "string" ? value : otherwise;
}
