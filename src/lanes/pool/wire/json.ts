/** Longer strings are left to serializers, which needn't look for what JSON escapes. */
const MAX_JSON_STRING = 10_000;
/** Deeper values are left to them too: JSON goes as deep as the stack. */
const MAX_JSON_DEPTH = 100;

/** What `jsonCopy` returns where JSON would lose something. */
export const NOT_JSON: unique symbol = Symbol("not JSON");

/**
 * Copies a value that JSON carries as it is. What is written is the copy: a value may read differently the next time.
 *
 * @param value Anything.
 * @param maxParts How many values it may hold, itself among them. Default: any number.
 * @returns A copy; {@linkcode NOT_JSON} where JSON would lose something.
 */
export function jsonCopy(value: unknown, maxParts = Infinity): unknown {
  return copyOf(value, { left: maxParts, depth: 0, objects: new Set() });
}

/** How much more is copied, how deep that is, and the objects that were met: JSON would make two of one. */
interface Copying {
  left: number;
  depth: number;
  readonly objects: Set<object>;
}

function copyOf(value: unknown, copying: Copying): unknown {
  if (--copying.left < 0) return NOT_JSON;
  switch (typeof value) {
    case "string":
      return value.length < MAX_JSON_STRING && value.isWellFormed() ? value : NOT_JSON;
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0) ? value : NOT_JSON;
    case "object":
      return value === null ? null : copyOfObject(value, copying);
    default:
      return NOT_JSON;
  }
}

function copyOfObject(value: object, copying: Copying): unknown {
  const { objects } = copying;
  if (objects.has(value) || copying.depth === MAX_JSON_DEPTH || "toJSON" in value) return NOT_JSON;
  objects.add(value);
  copying.depth++;
  const copy = Array.isArray(value) ? copyOfArray(value, copying) : copyOfRecord(value, copying);
  copying.depth--;
  return copy;
}

function copyOfArray(value: readonly unknown[], copying: Copying): unknown {
  if (value.length > copying.left) return NOT_JSON;
  const copy: unknown[] = [];
  for (let i = 0; i < value.length; i++) {
    const part = copyOf(value[i], copying);
    if (part === NOT_JSON) return NOT_JSON;
    copy.push(part);
  }
  return Object.keys(value).length === copy.length ? copy : NOT_JSON;
}

function copyOfRecord(value: object, copying: Copying): unknown {
  if (Object.getPrototypeOf(value) !== Object.prototype) return NOT_JSON;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    if (key === "__proto__") return NOT_JSON;
    const part = copyOf((value as Record<string, unknown>)[key], copying);
    if (part === NOT_JSON) return NOT_JSON;
    copy[key] = part;
  }
  return copy;
}
