import * as errors from "../core/errors.ts";

/**
 * An error as plain data that any channel carries. Structured clone alone would lose class, name, own fields,
 * `cause` (on Bun) and the errors of an aggregate.
 */
export interface EncodedError {
  /** The nearest class that both sides know. */
  readonly base: string;
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Own enumerable fields that can be cloned. */
  readonly fields: Readonly<Record<string, unknown>> | undefined;
  readonly cause: EncodedThrown | undefined;
  readonly errors: readonly EncodedThrown[] | undefined;
}

/** Anything that was thrown: an error encoded, anything else as it is. */
export type EncodedThrown = { readonly error: EncodedError } | { readonly value: unknown };

/** Whether a value can go through the channel as it is. */
export type CanSend = (value: unknown) => boolean;

/** So deep may causes and aggregates nest; what is deeper is left out. */
const MAX_DEPTH = 32;

/** Set by the constructor or encoded apart, not to be treated as fields. */
const NOT_FIELDS = new Set(["name", "message", "stack", "cause", "errors"]);

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
  return encode(thrown, canSend, new Set(), 0);
}

function encode(
  thrown: unknown,
  canSend: CanSend,
  seen: Set<unknown>,
  depth: number,
): EncodedThrown {
  if (!(thrown instanceof Error)) {
    return { value: canSend(thrown) ? thrown : errors.show(thrown) };
  }
  if (seen.has(thrown) || depth > MAX_DEPTH) {
    return { value: `[${seen.has(thrown) ? "circular" : "too deep"}: ${errors.show(thrown)}]` };
  }
  seen.add(thrown);
  const nested = (value: unknown) => encode(value, canSend, seen, depth + 1);
  const cause = read(thrown, "cause");
  const inner = read(thrown, "errors");
  const encoded: EncodedError = {
    base: baseOf(thrown),
    name: nameOf(thrown),
    message: String(read(thrown, "message")),
    stack: stringOr(read(thrown, "stack"), undefined),
    fields: fieldsOf(thrown, canSend, nested),
    cause: cause === undefined ? undefined : nested(cause),
    errors: Array.isArray(inner) ? inner.map(nested) : undefined,
  };
  seen.delete(thrown);
  return { error: encoded };
}

/**
 * Makes an error again of its data.
 *
 * @param encoded What `encodeThrown` made.
 * @param site A line to add to the stack of the outermost error: where the task was submitted.
 * @returns What was thrown.
 */
export function decodeThrown(encoded: EncodedThrown, site?: string): unknown {
  if (!("error" in encoded)) return encoded.value;
  const { base, name, message, stack, fields, cause, errors: inner } = encoded.error;
  const error = create(base, message);
  if (error.name !== name) define(error, "name", name);
  define(error, "stack", [stack ?? `${name}: ${message}`, ...(site ? [site] : [])].join("\n"));
  if (cause !== undefined) define(error, "cause", decodeThrown(cause));
  if (inner !== undefined) define(error, "errors", inner.map((one) => decodeThrown(one)));
  for (const [key, value] of Object.entries(fields ?? {})) {
    const field = value as { thrown?: EncodedThrown; value?: unknown };
    try {
      const known = field.thrown === undefined ? field.value : decodeThrown(field.thrown);
      Object.defineProperty(error, key, {
        value: known,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    } catch {
      // A field that the class itself defines for good stays as the class has it.
    }
  }
  return error;
}

/** An instance of the class without its constructor's side effects or arguments. */
function create(base: string, message: string): Error {
  if (base === "DOMException") return new DOMException(message);
  const ErrorClass = BASES.get(base) ?? Error;
  const error = ErrorClass === AggregateError
    ? new AggregateError([], message)
    : ErrorClass === errors.ExecutionError
    ? new errors.ExecutionError([], message, [])
    : ErrorClass === errors.WorkerCrashError
    ? new errors.WorkerCrashError(message, { workerId: 0 })
    : new (ErrorClass as ErrorConstructor)(message);
  return error;
}

function define(error: Error, key: string, value: unknown): void {
  try {
    Object.defineProperty(error, key, { value, configurable: true, writable: true });
  } catch {
    // As above.
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
): Record<string, unknown> | undefined {
  let fields: Record<string, unknown> | undefined;
  for (const key of Object.keys(error)) {
    if (NOT_FIELDS.has(key)) continue;
    const value = read(error, key);
    if (value instanceof Error) (fields ??= {})[key] = { thrown: nested(value) };
    else if (canSend(value)) (fields ??= {})[key] = { value };
  }
  return fields;
}

/** Reads a property whose getter may throw. */
function read(error: Error, key: string): unknown {
  try {
    return (error as unknown as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

function stringOr<D>(value: unknown, otherwise: D): string | D {
  return typeof value === "string" ? value : otherwise;
}
