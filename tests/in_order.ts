/**
 * Values in a form in which comparing them looks at the order of maps and sets.
 *
 * @module
 */

/** What a map or a set holds, in its order. */
class Contents {
  readonly of: string;
  readonly list: readonly unknown[];

  constructor(of: string, list: readonly unknown[]) {
    this.of = of;
    this.list = list;
  }
}

/**
 * The same with maps and sets as lists: Bun's comparison finds maps unlike whose keys are like objects with unlike values,
 * and none looks at the order.
 *
 * @param value A value that structured clone carries, not a circle.
 * @returns What stands for it in a comparison.
 */
export function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (value instanceof Map) return new Contents("map", Array.from(value, inOrder));
  if (value instanceof Set) return new Contents("set", Array.from(value, inOrder));
  if (!isPlain(value)) return value;
  const entries = Object.entries(value).map(([key, part]) => [key, inOrder(part)] as const);
  return Object.setPrototypeOf(Object.fromEntries(entries), Object.getPrototypeOf(value));
}

function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
