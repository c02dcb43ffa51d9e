/**
 * How the checker says that a rule is broken.
 *
 * @module
 */
import type { Rule } from "./rules.ts";

/** A rule is broken. */
export class Broken extends Error {
  readonly rule: Rule;

  constructor(rule: Rule, message: string) {
    super(message);
    this.rule = rule;
  }
}

/** Says that a rule is broken unless something holds. */
export function ensure(rule: Rule, holds: unknown, message: string): asserts holds {
  if (!holds) throw new Broken(rule, message);
}

/** Says that a rule is broken unless two values are, or two objects or arrays hold, the same. */
export function ensureEqual(
  rule: Rule,
  seen: unknown,
  expected: unknown,
  what: string,
): void {
  if (isSame(seen, expected)) return;
  throw new Broken(
    rule,
    `${what}: ${JSON.stringify(seen)}, expected ${JSON.stringify(expected)}`,
  );
}

function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const keys = Object.keys(a) as (keyof typeof a)[];
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
