import * as errors from "../../../base/errors.ts";

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

/** More prototypes than this has only what makes them up. */
const MAX_PROTOTYPES = 1_000;

/** What every error has: the nearest class that both sides know, and its texts. */
export interface ErrorTexts {
  readonly base: string;
  readonly name: string;
  readonly message: string;
  readonly stack: string | null;
}

/**
 * Reads what every error has. Getters may throw, and prototypes be anything.
 *
 * @param error The error.
 * @returns Its class and texts.
 */
export function textsOf(error: Error): ErrorTexts {
  try {
    return {
      base: baseOf(error),
      name: nameOf(error),
      message: stringOr(read(error, "message"), ""),
      stack: stringOr(read(error, "stack"), null),
    };
  } catch {
    return { base: "Error", name: "Error", message: errors.show(error), stack: null };
  }
}

/** Reads a property whose getter may throw; then it is `undefined`. */
export function read(error: object, key: string): unknown {
  try {
    return (error as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

/** Whether a class on the other side has `errors` of its own, which are no field. */
export function isAggregate(base: string): boolean {
  return base === "AggregateError" || base === "ExecutionError";
}

/**
 * Makes an error of its texts, without what its constructor may want to know.
 *
 * @param texts What `textsOf` read.
 * @returns An instance of the class.
 */
export function createError({ base, name, message, stack }: ErrorTexts): Error {
  const error = create(base, name, message);
  if (error.name !== name) define(error, "name", name, false);
  define(error, "stack", stack ?? `${name}: ${message}`, false);
  return error;
}

/** Gives an error a property, unless its class defines it for good. */
export function define(error: Error, key: string, value: unknown, enumerable: boolean): void {
  try {
    Object.defineProperty(error, key, { value, enumerable, configurable: true, writable: true });
  } catch {
    // It stays as the class has it.
  }
}

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

function baseOf(error: Error): string {
  const exception = typeof DOMException === "function" ? DOMException.prototype : undefined;
  let at: object | null = Object.getPrototypeOf(error);
  for (let i = 0; at !== null && i < MAX_PROTOTYPES; i++) {
    if (at === exception) return "DOMException";
    const name: unknown = at.constructor?.name;
    if (typeof name === "string" && BASES.has(name)) return name;
    at = Object.getPrototypeOf(at);
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
  let at: object | null = error;
  for (let i = 0; at !== null && i < MAX_PROTOTYPES; i++) {
    if (Object.hasOwn(at, "name")) {
      const { constructor } = at as { constructor?: unknown };
      return Object.hasOwn(at, "constructor") &&
        BASES.get((constructor as { name: string }).name) === constructor;
    }
    at = Object.getPrototypeOf(at);
  }
  return false;
}

function stringOr<D>(value: unknown, otherwise: D): string | D {
  return typeof value === "string" ? value : otherwise;
}
