import { NotPortableError, show } from "../../../base/errors.ts";
import { assertCopies, forEachPart } from "../../pool/wire/copies.ts";
import { jsonCopy, NOT_JSON } from "../../pool/wire/json.ts";
import { ARRAY, kindOf, MAP, RECORD, SET, VIEW } from "../../pool/wire/kinds.ts";
import { set } from "../../pool/wire/packed.ts";
import { decodeValue, encodeValue } from "../../pool/wire/values.ts";
import { base64Of, bytesOf } from "./base64.ts";

/** Of what holds more, people read nothing. */
const MAX_PLAIN_PARTS = 500;

/*
 * Values on their way to another machine, in a form that every runtime reads: their own structured clone formats differ.
 * What is small and means the same as JSON stays plain, so that people and tools can read it in a job. All else is the text of a
 * table: `[root, ...nodes]`. A node is `[tag, ...]`, and what it holds are slots: a primitive as it is, or `[number]` for a
 * node or, below 0, for what JSON has no word for. So nothing nests, however deep a value goes, and circles are no trouble.
 */

/** A value that JSON carries: a plain one in an array, or the text of a table. */
export type Encoded = readonly [unknown] | string;

type Slot = string | number | boolean | null | [number];

/** What JSON has no word for, each at the place of its number below 0. */
const WORDS: readonly unknown[] = [undefined, undefined, NaN, Infinity, -Infinity, -0];
/** A hole in an array. */
const HOLE = -WORDS.length;

/** The classes that a view can be of. */
const VIEWS: Readonly<Record<string, new (memory: ArrayBuffer) => ArrayBufferView>> = {
  ...{ Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array },
  ...{ Float32Array, Float64Array, BigInt64Array, BigUint64Array, DataView },
};

/**
 * Makes JSON of a value.
 *
 * @param value The value.
 * @returns What JSON carries.
 * @throws {NotPortableError} When it holds something that can't be sent to another machine.
 */
export function encode(value: unknown): Encoded {
  const copy = jsonCopy(value, MAX_PLAIN_PARTS);
  return copy === NOT_JSON ? textOf(encodeValue(value)) : [copy];
}

/**
 * Makes JSON of a value that holds nothing but what structured clone carries right.
 *
 * @param value The value.
 * @returns What JSON carries.
 * @throws {NotPortableError} When it holds something that can't be sent to another machine.
 */
export function encodeClonable(value: unknown): Encoded {
  const copy = jsonCopy(value, MAX_PLAIN_PARTS);
  return copy === NOT_JSON ? textOf(value) : [copy];
}

function textOf(value: unknown): string {
  assertCopies(value);
  return JSON.stringify(new Writer().write(value));
}

/**
 * Makes a value of what `encode` returned.
 *
 * @param encoded Anything.
 * @returns The value.
 * @throws {SyntaxError} When it was made by nobody.
 */
export function decode(encoded: unknown): unknown {
  return Array.isArray(encoded) ? decodeClonable(encoded) : decodeValue(decodeClonable(encoded));
}

/**
 * Makes a value of what `encodeClonable` returned.
 *
 * @param encoded Anything.
 * @returns The value.
 * @throws {SyntaxError} When it was made by nobody.
 */
export function decodeClonable(encoded: unknown): unknown {
  if (Array.isArray(encoded) && encoded.length === 1) return encoded[0];
  if (typeof encoded !== "string") {
    throw new SyntaxError(`no value can be read of ${show(encoded)}`);
  }
  const table: unknown = JSON.parse(encoded);
  if (!Array.isArray(table)) throw new SyntaxError("a table of values must be an array");
  return new Reader(table).read();
}

/** Makes a table of a value. */
class Writer {
  readonly #numbers = new Map<object, number>();
  /** Objects whose nodes are to be made, in the order of their numbers. */
  readonly #waiting: object[] = [];

  write(value: unknown): unknown[] {
    const table: unknown[] = [this.#slot(value)];
    // It grows meanwhile.
    for (let i = 0; i < this.#waiting.length; i++) table.push(this.#node(this.#waiting[i]!));
    return table;
  }

  #slot(value: unknown): Slot {
    switch (typeof value) {
      case "string":
      case "boolean":
        return value;
      case "number": {
        const word = WORDS.findIndex((it, i) => i > 1 && Object.is(it, value));
        return word < 0 ? value : [-word];
      }
      case "undefined":
        return [-1];
      case "object":
        return value === null ? null : [this.#number(value)];
      case "bigint":
        return [this.#number(Object(value))];
      default:
        throw new NotPortableError(`${show(value)} cannot be sent to another machine`);
    }
  }

  #number(object: object): number {
    const known = this.#numbers.get(object);
    if (known !== undefined) return known;
    const number = this.#waiting.push(object);
    this.#numbers.set(object, number);
    return number;
  }

  #node(object: object): unknown[] {
    const kind = kindOf(object);
    switch (kind) {
      case ARRAY:
        return this.#array(object as unknown[]);
      case RECORD:
      case MAP:
      case SET: {
        const node: unknown[] = [kind === RECORD ? "object" : kind === MAP ? "map" : "set"];
        forEachPart(object, kind, (part, key) => {
          if (kind === RECORD) node.push(key);
          node.push(this.#slot(part));
        });
        return node;
      }
      case VIEW:
        return viewNode(object as ArrayBufferView, (memory) => this.#slot(memory));
      default:
        return wholeNode(object);
    }
  }

  #array(array: unknown[]): unknown[] {
    const node: unknown[] = ["array"];
    for (let i = 0; i < array.length; i++) {
      const part = array[i];
      node.push(part === undefined && !(i in array) ? [HOLE] : this.#slot(part));
    }
    const named = Object.keys(array).filter((key) => String(Number(key)) !== key);
    if (named.length === 0) return node;
    // An array with names besides its elements.
    const names = named.flatMap((key) => [key, this.#slot(array[key as never])]);
    return ["named", names, ...node.slice(1)];
  }
}

function viewNode(view: ArrayBufferView, slot: (memory: ArrayBufferLike) => Slot): unknown[] {
  const Class = Object.keys(VIEWS).find((name) => view instanceof VIEWS[name]!);
  if (Class === undefined) throw new NotPortableError(`${show(view)} cannot be sent elsewhere`);
  return ["view", Class, slot(view.buffer)];
}

/** A node of what holds no other objects. */
function wholeNode(object: object): unknown[] {
  if (object instanceof Date) return ["date", object.getTime()];
  if (object instanceof RegExp) return ["regexp", object.source, object.flags];
  if (object instanceof ArrayBuffer) return ["bytes", base64Of(new Uint8Array(object))];
  const value: unknown = object.valueOf();
  if (typeof value === "bigint") return ["bigint", `${value}`];
  if (typeof value === "number") return ["boxed", Number.isFinite(value) ? value : `${value}`, "n"];
  if (typeof value === "string" || typeof value === "boolean") return ["boxed", value];
  throw new NotPortableError(`${show(object)} cannot be sent to another machine`);
}

/** Makes a value of a table, which may be anything. */
class Reader {
  readonly #table: readonly unknown[];
  readonly #wholes: unknown[];

  constructor(table: readonly unknown[]) {
    this.#table = table;
    // All of them first: they may go in circles.
    this.#wholes = table.map((node, number) => number === 0 ? undefined : emptyOf(node));
  }

  read(): unknown {
    // Views last: what they are made of is whole from the beginning.
    for (let i = 1; i < this.#table.length; i++) this.#makeView(this.#table[i] as unknown[], i);
    for (let i = 1; i < this.#table.length; i++) this.#fill(this.#table[i] as unknown[], i);
    return this.#value(this.#table[0]);
  }

  #value(slot: unknown): unknown {
    if (typeof slot !== "object" || slot === null) return slot;
    const number: unknown = Array.isArray(slot) && slot.length === 1 ? slot[0] : undefined;
    if (Number.isInteger(number)) {
      const at = number as number;
      if (at > 0 && at < this.#wholes.length) return this.#wholes[at];
      if (at < 0 && at > HOLE) return WORDS[-at];
    }
    throw new SyntaxError(`a table of values holds ${show(slot)}`);
  }

  #makeView(node: unknown[], number: number): void {
    if (node[0] !== "view") return;
    const View = Object.hasOwn(VIEWS, node[1] as string) ? VIEWS[node[1] as string] : undefined;
    const memory = this.#value(node[2]);
    if (View === undefined || !(memory instanceof ArrayBuffer)) {
      throw new SyntaxError("a table of values holds a view of nothing");
    }
    try {
      this.#wholes[number] = new View(memory);
    } catch (cause) {
      throw new SyntaxError("a table of values holds a view that doesn't fit", { cause });
    }
  }

  #fill(node: unknown[], number: number): void {
    const whole = this.#wholes[number];
    switch (node[0]) {
      case "array":
        return this.#fillArray(whole as unknown[], node, 1);
      case "named":
        this.#fillArray(whole as unknown[], node, 2);
        return this.#fillRecord(whole as object, node[1] as unknown[], 0);
      case "object":
        return this.#fillRecord(whole as object, node, 1);
      case "map":
        for (let i = 1; i + 1 < node.length; i += 2) {
          (whole as Map<unknown, unknown>).set(this.#value(node[i]), this.#value(node[i + 1]));
        }
        return;
      case "set":
        for (let i = 1; i < node.length; i++) (whole as Set<unknown>).add(this.#value(node[i]));
    }
  }

  #fillArray(array: unknown[], node: readonly unknown[], from: number): void {
    array.length = node.length - from;
    for (let i = from; i < node.length; i++) {
      const slot = node[i];
      if (!Array.isArray(slot) || slot[0] !== HOLE) array[i - from] = this.#value(slot);
    }
  }

  #fillRecord(record: object, node: readonly unknown[], from: number): void {
    for (let i = from; i + 1 < node.length; i += 2) {
      const key = node[i];
      if (typeof key !== "string") throw new SyntaxError(`a table has the key ${show(key)}`);
      set(record, key, this.#value(node[i + 1]));
    }
  }
}

/** What a node is of, without what is in it. */
function emptyOf(node: unknown): unknown {
  if (!Array.isArray(node)) throw new SyntaxError(`a table of values holds ${show(node)}`);
  const [tag, first, second] = node;
  try {
    switch (tag) {
      case "array":
        return [];
      case "named":
        if (!Array.isArray(first)) break;
        return [];
      case "object":
        return {};
      case "map":
        return new Map();
      case "set":
        return new Set();
      case "view":
        return undefined;
      case "date":
        return new Date(first ?? NaN);
      case "regexp":
        return new RegExp(`${first}`, `${second}`);
      case "bytes":
        return bytesOf(`${first}`);
      case "bigint":
        return BigInt(`${first}`);
      case "boxed":
        return Object(second === "n" ? Number(first) : first);
    }
  } catch (cause) {
    throw new SyntaxError(`a table of values holds a broken ${tag}`, { cause });
  }
  throw new SyntaxError(`a table of values holds a node of kind ${show(tag)}`);
}
