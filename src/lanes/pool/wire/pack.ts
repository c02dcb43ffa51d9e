import { NotPortableError, show } from "../../../base/errors.ts";
import { isAggregate, read, textsOf } from "./error_parts.ts";
import { ARRAY, ERROR, HOSTED, kindOf, LOST, MAP, SET, VIEW, WHOLE } from "./kinds.ts";
import {
  ERROR_NODE,
  isSparse,
  LITERAL,
  type Reference,
  set,
  SPARSE,
  STAND_IN,
  type Table,
} from "./packed.ts";
import { isPartial, ownBytes } from "./views.ts";

/**
 * Objects nest no deeper than this in what is sent; what lies deeper has nodes of its own. V8 writes what nests 3,000 deep but
 * can't read it again, and what can't be read is lost without a word.
 */
export const MAX_NESTING = 200;

/**
 * Getters and proxies can make up objects without end. Objects that lie at least `WARY_DEPTH` deep, and those that have nodes,
 * are counted; after `WARY_AFTER_OBJECTS` of them nothing more is taken from getters and proxies.
 */
const WARY_DEPTH = 100;
const WARY_AFTER_OBJECTS = 10_000;

/** Told of by a text of its own, or not sent. */
const NOT_FIELDS = new Set(["name", "message", "stack", "cause"]);

/** Thrown, and noted instead of a copy, where a part of an error can't be sent. */
const REFUSED = Symbol("refused");

/** An object that is to have a node. */
interface Waiting {
  readonly source: object;
  readonly reference: Reference;
  readonly depth: number;
}

/**
 * Copies a value with the parts replaced that need it. It goes the way that the runtimes' serializers go, depth first and
 * node after node, so that nothing nests deeper for them than here.
 *
 * What is no part of an error must be sendable. Of an error a field that isn't is left out, of a cause that isn't a text is
 * sent; so these come last.
 */
class Packer {
  readonly #kept: readonly unknown[];
  /** Copies, references to nodes, and what is refused, by what they are of. */
  readonly #copies = new Map<object, unknown>();
  readonly #table: Table = [undefined];
  readonly #waiting: Waiting[] = [];
  readonly #waitingErrors: Waiting[] = [];
  /** The objects that are being copied, one within the other. */
  readonly #path: object[] = [];
  /** Whether it is within an error. */
  #lenient = false;
  /** How deep the node lies that is being filled. */
  #depth = 0;
  /** How many objects lay deep or had nodes. */
  #counted = 0;

  constructor(kept: readonly unknown[]) {
    this.#kept = kept;
  }

  pack(value: unknown): unknown {
    const table = this.#table;
    table[0] = this.#copy(value, 0);
    this.#fillAll(this.#waiting);
    this.#lenient = true;
    // An error may be reached by way of what lies deep, and the other way round.
    while (this.#waitingErrors.length > 0) {
      this.#fillAll(this.#waitingErrors);
      this.#fillAll(this.#waiting);
    }
    return table.length === 1 ? table[0] : { [STAND_IN]: table };
  }

  #fillAll(waiting: Waiting[]): void {
    for (const { source, reference, depth } of waiting) {
      const node: unknown[] = [];
      reference[STAND_IN] = this.#table.push(node) - 1;
      this.#depth = depth;
      if (waiting === this.#waitingErrors) this.#fillError(source as Error, node);
      else this.#attempt(() => this.#fillNode(source, node));
    }
    waiting.length = 0;
  }

  /** Runs it and, within an error, makes nothing of its being refused; returns whether it was not. */
  #attempt(copy: () => void): boolean {
    const base = this.#path.length;
    try {
      copy();
      return true;
    } catch (error) {
      if (!this.#lenient) throw error;
      for (const source of this.#path.splice(base)) this.#copies.set(source, REFUSED);
      return false;
    }
  }

  #fillNode(source: object, node: unknown[]): void {
    if (!Array.isArray(source) || !isSparse(source)) {
      const copy = emptyCopy(source);
      node.push(LITERAL, copy);
      return this.#fill(source, copy, 1);
    }
    const elements = {};
    node.push(SPARSE, source.length, elements);
    this.#fillRecord(source, elements, 1);
  }

  #fillError(error: Error, node: unknown[]): void {
    const { base, name, message, stack } = textsOf(error);
    node.push(ERROR_NODE, base, name, message, stack);
    const cause = this.#read(error, "cause");
    if (cause !== undefined) node.push("cause", this.#copyOrText(cause));
    const aggregate = isAggregate(base);
    if (aggregate) this.#addErrors(this.#read(error, "errors"), node);
    for (const key of keysOf(error)) {
      if (NOT_FIELDS.has(key) || (aggregate && key === "errors")) continue;
      this.#attempt(() => {
        const field = (error as unknown as Record<string, unknown>)[key];
        if (this.#isWary() && isAccessor(error, key)) throw REFUSED;
        const copy = this.#copy(field, 1);
        node.push(key, copy);
      });
    }
  }

  #read(error: Error, key: string): unknown {
    return this.#isWary() && isAccessor(error, key) ? undefined : read(error, key);
  }

  #addErrors(errors: unknown, node: unknown[]): void {
    if (typeof errors !== "object" || errors === null) return;
    const known = this.#copies.get(errors);
    if (known !== undefined && known !== REFUSED) return void node.push("errors", known);
    this.#attempt(() => {
      if (!Array.isArray(errors) || isSparse(errors)) {
        return void node.push("errors", this.#copy(errors, 1));
      }
      const copy = new Array(errors.length);
      this.#copies.set(errors, copy);
      for (const key of Object.keys(errors)) {
        set(copy, key, this.#copyOrText(read(errors, key)));
      }
      node.push("errors", copy);
    });
  }

  #copyOrText(value: unknown): unknown {
    let copy: unknown;
    return this.#attempt(() => copy = this.#copy(value, 1)) ? copy : show(value);
  }

  /** @param nesting How deep it lies in its node. */
  #copy(value: unknown, nesting: number): unknown {
    if (typeof value === "function" || typeof value === "symbol") this.#refuse(value);
    if (typeof value !== "object" || value === null) return value;
    const known = this.#copies.get(value);
    if (known === REFUSED) this.#refuse(value);
    if (known !== undefined) return known;
    switch (kindOf(value)) {
      case WHOLE:
        return this.#attached(value, value);
      case VIEW: {
        const view = this.#attached(value, (value as ArrayBufferView).buffer) as ArrayBufferView;
        const copy = isPartial(view, this.#kept) ? ownBytes(view) : view;
        this.#copies.set(value, copy);
        return copy;
      }
      case LOST:
        if (!this.#kept.includes(value)) this.#refuse(value);
        return value;
      case HOSTED:
        return value;
      case ERROR:
        this.#goDown(value, nesting);
        return this.#wait(this.#waitingErrors, value, nesting);
    }
    this.#goDown(value, nesting);
    if (nesting >= MAX_NESTING || needsNode(value)) {
      return this.#wait(this.#waiting, value, nesting);
    }
    const copy = emptyCopy(value);
    this.#copies.set(value, copy);
    this.#fill(value, copy, nesting + 1);
    return copy;
  }

  #wait(waiting: Waiting[], source: object, nesting: number): Reference {
    this.#counted++;
    const reference: Reference = { [STAND_IN]: 0 };
    waiting.push({ source, reference, depth: this.#depth + nesting + 1 });
    this.#copies.set(source, reference);
    return reference;
  }

  #fill(source: object, copy: object, nesting: number): void {
    if (copy instanceof Map) {
      this.#path.push(source);
      forEachEntry.call(source as Map<unknown, unknown>, (part, key) => {
        const keyCopy = this.#copy(key, nesting);
        copy.set(keyCopy, this.#copy(part, nesting));
      });
      this.#path.pop();
    } else if (copy instanceof Set) {
      this.#path.push(source);
      forEachMember.call(source as Set<unknown>, (part) => copy.add(this.#copy(part, nesting)));
      this.#path.pop();
    } else {
      this.#fillRecord(source, copy, nesting);
    }
  }

  #fillRecord(source: object, copy: object, nesting: number): void {
    this.#path.push(source);
    for (const key of Object.keys(source)) {
      set(copy, key, this.#copy((source as Record<string, unknown>)[key], nesting));
    }
    this.#path.pop();
  }

  /** Refuses what is made up, where there is too much of it. */
  #goDown(value: object, nesting: number): void {
    if (this.#depth + nesting < WARY_DEPTH && !this.#isWary()) return;
    this.#counted++;
    if (this.#isWary() && isMadeUp(value)) this.#refuse(value);
  }

  #isWary(): boolean {
    return this.#counted > WARY_AFTER_OBJECTS;
  }

  /** Refuses memory that has been handed over. */
  #attached(value: object, memory: object): object {
    if ((memory as { detached?: boolean }).detached === true) this.#refuse(value);
    return value;
  }

  #refuse(value: unknown): never {
    throw this.#lenient ? REFUSED : notPortable(value);
  }
}

/**
 * Copies a value into a form that structured clone carries as it should.
 *
 * @param value The value.
 * @param kept Objects that are transferred as they are.
 * @returns A copy, in which nothing is shared with the value but buffers, dates and the like.
 * @throws {NotPortableError} When something in it can't be sent.
 */
export function pack(value: unknown, kept: readonly unknown[] = []): unknown {
  return new Packer(kept).pack(value);
}

/** The error of a value that can't be sent. */
export function notPortable(value: unknown): NotPortableError {
  return new NotPortableError(`${show(value)} cannot be cloned: send what it is made of instead`);
}

const { forEach: forEachEntry } = Map.prototype;
const { forEach: forEachMember } = Set.prototype;

function emptyCopy(value: object): object {
  switch (kindOf(value)) {
    case MAP:
      return new Map();
    case SET:
      return new Set();
    case ARRAY:
      return new Array((value as unknown[]).length);
    default:
      return {};
  }
}

function needsNode(value: object): boolean {
  return Array.isArray(value) ? isSparse(value) : Object.hasOwn(value, STAND_IN);
}

function keysOf(error: Error): string[] {
  try {
    return Object.keys(error);
  } catch {
    return [];
  }
}

/** Whether getters or a proxy make up what an object holds. */
function isMadeUp(value: object): boolean {
  return isProxy(value) || Object.keys(value).some((key) => isAccessor(value, key));
}

function isAccessor(value: object, key: string): boolean {
  const property = Object.getOwnPropertyDescriptor(value, key);
  return property === undefined || !("value" in property);
}

/** Where the runtime tells. */
const isProxy: (value: object) => boolean = (globalThis as {
  process?: { getBuiltinModule?(id: string): { types: { isProxy(value: unknown): boolean } } };
}).process?.getBuiltinModule?.("node:util")?.types.isProxy ?? (() => false);
