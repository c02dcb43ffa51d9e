/*
 * What structured clone does with an object is decided by what the object is, not by what it says of itself: a class may
 * have any `Symbol.toStringTag`. So it is found out here: from the prototypes, and from a method that works on the real thing alone.
 */

/** Its own enumerable properties are cloned: plain objects, instances of classes, objects without a prototype. */
export const RECORD = 0;
export const ARRAY = 1;
export const MAP = 2;
export const SET = 3;
/** A typed array or a `DataView`. */
export const VIEW = 4;
export const ERROR = 5;
/** Cloned as it is, through every channel: dates, regular expressions, buffers, boxed primitives. */
export const WHOLE = 6;
/** An object of the platform that can be cloned for another thread, but not for another process: a `Blob`, a `CryptoKey`. */
export const HOSTED = 7;
/** It can't be cloned, or would arrive as an empty object. */
export const LOST = 8;

/** A kind, and whether an object that seems to be of it really is. */
interface Entry {
  readonly kind: number;
  is(value: object): boolean;
}

const always = () => true;
const RECORDS: Entry = { kind: RECORD, is: always };
const ERRORS: Entry = { kind: ERROR, is: always };
const HOSTED_ONES: Entry = { kind: HOSTED, is: canBeCloned };
const LOST_ONES: Entry = { kind: LOST, is: always };

/** An entry for objects on which a method or getter of a prototype works, which throws on all others. */
function branded(kind: number, prototype: object, member: string): [object, Entry] {
  const property = Object.getOwnPropertyDescriptor(prototype, member)!;
  const probe = (property.get ?? property.value) as () => unknown;
  const is = (value: object) => {
    try {
      probe.call(value);
      return true;
    } catch {
      return false;
    }
  };
  return [prototype, { kind, is }];
}

const VIEWS: Entry = { kind: VIEW, is: ArrayBuffer.isView };

const builtIn: readonly [object, Entry][] = [
  branded(MAP, Map.prototype, "size"),
  branded(SET, Set.prototype, "size"),
  branded(WHOLE, Date.prototype, "getTime"),
  branded(WHOLE, RegExp.prototype, "source"),
  branded(WHOLE, ArrayBuffer.prototype, "byteLength"),
  branded(WHOLE, Boolean.prototype, "valueOf"),
  branded(WHOLE, Number.prototype, "valueOf"),
  branded(WHOLE, String.prototype, "valueOf"),
  branded(WHOLE, BigInt.prototype, "valueOf"),
  [Object.getPrototypeOf(Uint8Array.prototype), VIEWS],
  [DataView.prototype, VIEWS],
];

/** Pages that are not isolated have no shared memory. */
const shared: readonly [object, Entry][] = typeof SharedArrayBuffer === "function"
  ? [branded(WHOLE, SharedArrayBuffer.prototype, "byteLength")]
  : [];

/** By prototype; filled as objects are seen. */
const entries = new WeakMap<object, Entry>([
  ...builtIn,
  ...shared,
  [Error.prototype, ERRORS],
  [Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())), LOST_ONES],
]);

/** More prototypes than this has only what makes them up. */
const MAX_PROTOTYPES = 1_000;

/**
 * Says of which kind an object is.
 *
 * @param value The object.
 * @returns One of the constants of this module.
 * @throws What a proxy throws.
 */
export function kindOf(value: object): number {
  if (Array.isArray(value)) return ARRAY;
  const prototype: object | null = Object.getPrototypeOf(value);
  if (prototype === Object.prototype) return RECORD;
  if (prototype === null) return isRealError(value) ? ERROR : RECORD;
  let entry = entries.get(prototype);
  if (entry === undefined) entries.set(prototype, entry = entryOf(value, prototype));
  return entry.is(value) ? entry.kind : LOST;
}

const { isError } = Error as { isError?(value: unknown): boolean };

function isRealError(value: object): boolean {
  return isError !== undefined && isError(value);
}

function entryOf(value: object, prototype: object): Entry {
  const chain: object[] = [];
  for (
    let at: object | null = prototype;
    at !== null && at !== Object.prototype;
    at = Object.getPrototypeOf(at)
  ) {
    const known = entries.get(at);
    if (known !== undefined) return known;
    if (chain.push(at) > MAX_PROTOTYPES) return LOST_ONES;
  }
  if (chain.some(isOfPlatform)) return HOSTED_ONES;
  if (isRealError(value)) return ERRORS;
  // One of another realm is as real.
  return [...builtIn, ...shared].find(([, { is }]) => is(value))?.[1] ?? RECORDS;
}

/** Where the platform keeps its classes. */
const NAMESPACES = ["Intl", "Temporal", "WebAssembly", "Deno", "Bun"];

/** Whether a prototype belongs to a class of the platform, not of the program. */
function isOfPlatform(prototype: object): boolean {
  const Class: unknown = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
  if (typeof Class !== "function") return false;
  const name: unknown = Object.getOwnPropertyDescriptor(Class, "name")?.value;
  if (typeof name !== "string" || name === "") return false;
  const globals = globalThis as unknown as Record<string, Record<string, unknown> | undefined>;
  const property = Object.getOwnPropertyDescriptor(globals, name);
  if (property !== undefined && (globals[name] as unknown) === Class) {
    // A program's own global is enumerable, as Bun's own are, but those are native.
    return !property.enumerable || NATIVE.test(Function.prototype.toString.call(Class));
  }
  return NAMESPACES.some((space) =>
    Object.hasOwn(globals, space) && globals[space]?.[name] === Class
  );
}

const NATIVE = /\{\s*\[native code\]\s*\}\s*$/;

/** Whether structured clone makes an object of the same class of one of the platform's. */
function canBeCloned(value: object): boolean {
  try {
    const prototype = Object.getPrototypeOf(structuredClone(value));
    return prototype !== Object.prototype &&
      Object.prototype.isPrototypeOf.call(prototype, value);
  } catch {
    return false;
  }
}
