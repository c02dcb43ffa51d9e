/**
 * How the checker says that a guarantee doesn't hold.
 *
 * @module
 */

/** A guarantee doesn't hold; 0: the program was not carried out. */
export class Broken extends Error {
  constructor(readonly guarantee: number, message: string) {
    super(message);
  }
}

/** Breaks a guarantee unless something holds. */
export function ensure(guarantee: number, holds: unknown, message: string): asserts holds {
  if (!holds) throw new Broken(guarantee, message);
}

/** Breaks a guarantee unless two values are, or two objects or arrays hold, the same. */
export function ensureEqual(
  guarantee: number,
  seen: unknown,
  expected: unknown,
  what: string,
): void {
  if (isSame(seen, expected)) return;
  throw new Broken(
    guarantee,
    `${what}: ${JSON.stringify(seen)}, expected ${JSON.stringify(expected)}`,
  );
}

function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const keys = Object.keys(a) as (keyof typeof a)[];
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
