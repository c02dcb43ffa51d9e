/** JSON is looked into only so far: it is for small messages, of which a serializer's set-up is most of the cost. */
const MAX_JSON_PARTS = 500;
const MAX_JSON_STRING = 10_000;

/**
 * Whether a value is small and JSON carries it as it is.
 *
 * @param value Anything.
 */
export function isSmallJson(value: unknown): boolean {
  return isJson(value, { left: MAX_JSON_PARTS, objects: new Set() });
}

/** How much more JSON looks into, and the objects that it has met: JSON would make two of one. */
interface JsonParts {
  left: number;
  readonly objects: Set<object>;
}

/** Whether JSON carries a value as it is. */
function isJson(value: unknown, parts: JsonParts): boolean {
  if (--parts.left < 0) return false;
  switch (typeof value) {
    case "string":
      return value.length < MAX_JSON_STRING && value.isWellFormed();
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0);
    case "object":
      return value === null || isJsonObject(value, parts);
    default:
      return false;
  }
}

function isJsonObject(value: object, parts: JsonParts): boolean {
  if (parts.objects.has(value)) return false;
  parts.objects.add(value);
  if (Array.isArray(value)) {
    if (value.length > parts.left || "toJSON" in value) return false;
    for (let i = 0; i < value.length; i++) if (!isJson(value[i], parts)) return false;
    return Object.keys(value).length === value.length;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype || "toJSON" in value) return false;
  for (const key of Reflect.ownKeys(value)) {
    if (typeof key === "symbol" || key === "__proto__") return false;
    const property = Object.getOwnPropertyDescriptor(value, key)!;
    if (!property.enumerable || !("value" in property) || !isJson(property.value, parts)) {
      return false;
    }
  }
  return true;
}
