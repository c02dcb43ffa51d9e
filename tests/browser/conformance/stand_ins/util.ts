/**
 * Stands in a page for what the tests use of `node:util`.
 *
 * @module
 */

/** What a value's printing asks it first. */
const CUSTOM = Symbol.for("nodejs.util.inspect.custom");

/** A value as text, for messages. */
export function inspect(value: unknown, _options?: object): string {
  const seen = new Set<unknown>();
  const show = (value: unknown): string => {
    if (typeof value === "string") return JSON.stringify(value);
    if (typeof value === "bigint") return `${value}n`;
    if (Object.is(value, -0)) return "-0";
    if (typeof value !== "object" || value === null) return String(value);
    if (CUSTOM in value) return (value as Record<symbol, () => string>)[CUSTOM]!();
    if (value instanceof Error) return `[${value.stack ?? value}]`;
    if (value instanceof Date || value instanceof RegExp) return String(value);
    if (seen.has(value)) return "[Circular]";
    seen.add(value);
    if (Array.isArray(value)) return `[ ${value.map(show).join(", ")} ]`;
    const name = value.constructor?.name ?? "null";
    if (value instanceof Map || value instanceof Set) return `${name} ${show([...value])}`;
    const entries = Object.entries(value).map(([key, item]) => `${key}: ${show(item)}`);
    return `${name === "Object" ? "" : `${name} `}{ ${entries.join(", ")} }`;
  };
  return show(value);
}

type Fields = Record<PropertyKey, unknown>;

/** Whether two values are deeply equal. */
export function isDeepStrictEqual(one: unknown, other: unknown): boolean {
  return new Comparison().areEqual(one, other);
}

class Comparison {
  /** What is being compared with what, further out: a circle is equal to one of the same shape. */
  readonly #met = new Map<object, object>();

  areEqual(one: unknown, other: unknown): boolean {
    if (Object.is(one, other)) return true;
    if (typeof one !== "object" || typeof other !== "object" || !one || !other) return false;
    if (this.#met.has(one)) return this.#met.get(one) === other;
    this.#met.set(one, other);
    const equal = this.#areObjectsEqual(one, other);
    this.#met.delete(one);
    return equal;
  }

  #areObjectsEqual(one: object, other: object): boolean {
    if (one.constructor !== other.constructor) return false;
    if (one instanceof Date && other instanceof Date) return Object.is(+one, +other);
    if (one instanceof RegExp) return String(one) === String(other);
    if (one instanceof Map && other instanceof Map) return this.#areListsEqual(one, other);
    if (one instanceof Set && other instanceof Set) return this.#areListsEqual(one, other);
    const keys = keysOf(one);
    return keys.length === keysOf(other).length &&
      keys.every((key) =>
        Object.hasOwn(other, key) && this.areEqual((one as Fields)[key], (other as Fields)[key])
      );
  }

  /** Those of maps and sets, whatever their order. */
  #areListsEqual(one: Iterable<unknown>, other: Iterable<unknown>): boolean {
    const left = [...other];
    for (const item of one) {
      const index = left.findIndex((it) => this.areEqual(item, it));
      if (index < 0) return false;
      left.splice(index, 1);
    }
    return left.length === 0;
  }
}

/** The names of the fields that count; of an error also those that aren't listed. */
function keysOf(value: object): PropertyKey[] {
  const isListed = (key: PropertyKey) => Object.prototype.propertyIsEnumerable.call(value, key);
  const keys = Reflect.ownKeys(value).filter(isListed);
  if (!(value instanceof Error)) return keys;
  const hidden = ["name", "message", "stack", "cause", "errors"];
  return [...keys, ...hidden.filter((key) => Object.hasOwn(value, key) && !isListed(key))];
}
