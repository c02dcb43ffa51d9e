import { createError, define, isAggregate } from "./error_parts.ts";
import { ARRAY, kindOf, MAP, RECORD, SET } from "./kinds.ts";
import {
  ERROR_NODE,
  isStandIn,
  LITERAL,
  PROPERTIES,
  set,
  SPARSE,
  STAND_IN,
  type Table,
} from "./packed.ts";

/** Says that a value only looks as if it were packed. */
class Malformed extends Error {}

/** Puts back, within a packed value, what something stands for. */
class Unpacker {
  readonly #root: unknown;
  /** Copies: in what only looks packed a node may lie in an object that is filled. */
  readonly #nodes: readonly Table[];
  /** What each node is of. */
  readonly #wholes: unknown[];
  readonly #seen = new Set<object>();
  /** Objects that have not been looked into yet. */
  readonly #waiting: object[] = [];

  constructor(table: unknown) {
    if (!Array.isArray(table) || table.length === 0) throw new Malformed();
    this.#root = table[0];
    this.#nodes = Array.from(table.slice(1), (node) => {
      if (!Array.isArray(node)) throw new Malformed();
      return [...node];
    });
    // All of them first: they may go in circles.
    this.#wholes = this.#nodes.map(wholeOf);
  }

  unpack(): unknown {
    const root = this.#whole(this.#root);
    for (const [i, node] of this.#nodes.entries()) this.#fill(node, this.#wholes[i]);
    for (let next = this.#waiting.pop(); next !== undefined; next = this.#waiting.pop()) {
      this.#lookInto(next);
    }
    return root;
  }

  #fill(node: Table, whole: unknown): void {
    const [kind, first, second] = node;
    if (kind === LITERAL) return this.#lookInto(whole as object);
    if (kind === ERROR_NODE) return this.#fillError(whole as Error, node);
    for (const key of Object.keys(second as object)) {
      if (!(Number(key) < (first as number)) && String(Number(key)) === key) throw new Malformed();
      set(whole as object, key, this.#whole((second as Record<string, unknown>)[key]));
    }
  }

  #fillError(error: Error, node: Table): void {
    const aggregate = isAggregate(node[1] as string);
    for (let i = PROPERTIES; i < node.length; i += 2) {
      const key = node[i];
      if (typeof key !== "string") throw new Malformed();
      const hidden = key === "cause" || (aggregate && key === "errors");
      define(error, key, this.#whole(node[i + 1]), !hidden);
    }
  }

  #whole(value: unknown): unknown {
    if (typeof value !== "object" || value === null) return value;
    if (!isStandIn(value)) {
      if (!this.#seen.has(value)) {
        this.#seen.add(value);
        this.#waiting.push(value);
      }
      return value;
    }
    const number = value[STAND_IN] as number;
    if (!Number.isInteger(number) || number < 1 || number > this.#wholes.length) {
      throw new Malformed();
    }
    return this.#wholes[number - 1];
  }

  #lookInto(value: object): void {
    switch (kindOf(value)) {
      case MAP:
        return this.#lookIntoMap(value as Map<unknown, unknown>);
      case SET:
        return this.#lookIntoSet(value as Set<unknown>);
      case ARRAY:
      case RECORD:
        for (const key of Object.keys(value)) {
          const part = (value as Record<string, unknown>)[key];
          const whole = this.#whole(part);
          if (whole !== part) set(value, key, whole);
        }
    }
  }

  #lookIntoMap(map: Map<unknown, unknown>): void {
    let changed = false;
    const entries = Array.from(map, ([key, part]): [unknown, unknown] => {
      const whole: [unknown, unknown] = [this.#whole(key), this.#whole(part)];
      changed ||= whole[0] !== key || whole[1] !== part;
      return whole;
    });
    if (!changed) return;
    map.clear();
    for (const [key, part] of entries) map.set(key, part);
  }

  #lookIntoSet(members: Set<unknown>): void {
    let changed = false;
    const wholes = Array.from(members, (part) => {
      const whole = this.#whole(part);
      changed ||= whole !== part;
      return whole;
    });
    if (!changed) return;
    members.clear();
    for (const whole of wholes) members.add(whole);
  }
}

/** What a node is of, without what is in it. */
function wholeOf(node: Table): unknown {
  switch (node[0]) {
    case LITERAL:
      if (typeof node[1] !== "object" || node[1] === null) throw new Malformed();
      return node[1];
    case SPARSE: {
      const [, length, elements] = node as [unknown, number, unknown];
      if (!Number.isInteger(length) || length < 0 || length >= 2 ** 32) throw new Malformed();
      if (typeof elements !== "object" || elements === null) throw new Malformed();
      const array: unknown[] = [];
      array.length = length;
      return array;
    }
    case ERROR_NODE: {
      const [, base, name, message, stack] = node as [
        unknown,
        string,
        string,
        string,
        string | null,
      ];
      if (![base, name, message, stack ?? ""].every((text) => typeof text === "string")) {
        throw new Malformed();
      }
      return createError({ base, name, message, stack });
    }
    default:
      throw new Malformed();
  }
}

/**
 * Makes a value of what was sent. It never throws: what only looks packed is a value like any other.
 *
 * @param sent A copy of what was packed; it is used up.
 * @returns The value.
 */
export function unpack(sent: unknown): unknown {
  if (!isStandIn(sent)) return sent;
  const content = sent[STAND_IN];
  try {
    return typeof content === "string" ? JSON.parse(content) : new Unpacker(content).unpack();
  } catch (error) {
    if (error instanceof Malformed || error instanceof SyntaxError) return sent;
    throw error;
  }
}
