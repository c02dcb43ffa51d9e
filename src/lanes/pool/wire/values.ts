import { ARRAY, ERROR, kindOf, LOST, MAP, RECORD, SET, VIEW, WHOLE } from "./kinds.ts";
import { MAX_NESTING, notPortable, pack } from "./pack.ts";
import { MIN_HOLES, STAND_IN } from "./packed.ts";
import { unpack } from "./unpack.ts";
import { isPartial } from "./views.ts";

/**
 * Structured clone would carry some things wrong. Here they are brought into a form in which it carries them right:
 *
 * * A view sends only the bytes it shows, not the whole buffer behind it, which for a Node `Buffer` is a pool.
 * * An error keeps its class, `cause` and fields.
 * * What nests deep, or is an array with large gaps, takes no longer than what is in it, and arrives.
 * * What can't be cloned, or would silently arrive as an empty object, is refused.
 *
 * Values that need nothing, nearly all, are only looked at. What occurs twice does so on the other side.
 */

/** Arrays up to this length are asked for keys besides their elements. Longer ones take too long to ask. */
const MAX_ASKED_LENGTH = 8;

/**
 * Makes a value ready to be sent, to be read by {@linkcode decodeValue}.
 *
 * @param value The value.
 * @param kept Objects that are to be transferred as they are.
 * @returns The value itself, or a copy with the parts replaced.
 * @throws {NotPortableError} When it holds something that would be lost.
 */
export function encodeValue(value: unknown, kept: readonly unknown[] = []): unknown {
  if (typeof value !== "object" || value === null) return value;
  const packs = new Look(kept).needsPacking(value, 0) || Object.hasOwn(value, STAND_IN);
  return packs ? pack(value, kept) : value;
}

/**
 * Makes a value of what was sent.
 *
 * @param sent A copy of what `encodeValue` returned; it is used up.
 * @returns The value.
 */
export function decodeValue(sent: unknown): unknown {
  return unpack(sent);
}

/** Whether a value can be sent to a thread. */
export function canClone(value: unknown): boolean {
  try {
    structuredClone(encodeValue(value));
    return true;
  } catch {
    return false;
  }
}

const MAX_FEW = 8;

/** Looks for parts that need to be replaced, no deeper than a value may nest. */
class Look {
  readonly #kept: readonly unknown[];
  /** What it has looked into: a list of few is searched sooner than a set is made. */
  readonly #few: object[] = [];
  #many: Set<object> | undefined;

  constructor(kept: readonly unknown[]) {
    this.#kept = kept;
  }

  needsPacking(value: object, nesting: number): boolean {
    const kind = kindOf(value);
    if (kind > SET) return this.#wholeNeeds(value, kind);
    if (nesting >= MAX_NESTING) return true;
    if (this.#hasSeen(value)) return false;
    switch (kind) {
      case RECORD:
        return this.#propertiesNeed(value, nesting + 1);
      case ARRAY:
        return this.#elementsNeed(value as unknown[], nesting + 1);
      case MAP:
        for (const [key, part] of entriesOf.call(value as Map<unknown, unknown>)) {
          if (this.#partNeeds(key, nesting + 1) || this.#partNeeds(part, nesting + 1)) return true;
        }
        return false;
      default:
        for (const part of membersOf.call(value as Set<unknown>)) {
          if (this.#partNeeds(part, nesting + 1)) return true;
        }
        return false;
    }
  }

  /** Notes it, too. */
  #hasSeen(value: object): boolean {
    if (this.#many !== undefined) {
      if (this.#many.has(value)) return true;
      this.#many.add(value);
      return false;
    }
    if (this.#few.includes(value)) return true;
    if (this.#few.push(value) > MAX_FEW) this.#many = new Set(this.#few);
    return false;
  }

  /** Of what holds no other objects. */
  #wholeNeeds(value: object, kind: number): boolean {
    if (kind === VIEW) return isPartial(value as ArrayBufferView, this.#kept);
    if (kind === LOST && !this.#kept.includes(value)) throw notPortable(value);
    return kind === ERROR;
  }

  #propertiesNeed(value: object, nesting: number): boolean {
    for (const key of Object.keys(value)) {
      if (this.#partNeeds((value as Record<string, unknown>)[key], nesting)) return true;
    }
    return false;
  }

  #elementsNeed(value: unknown[], nesting: number): boolean {
    const { length } = value;
    if (length <= MAX_ASKED_LENGTH) return this.#propertiesNeed(value, nesting);
    let holes = 0;
    for (let i = 0; i < length; i++) {
      const part = value[i];
      if (typeof part === "object" && part !== null) {
        if (this.needsPacking(part, nesting)) return true;
      } else if (part === undefined && !(i in value) && ++holes >= MIN_HOLES && holes > i / 2) {
        return true;
      }
    }
    return false;
  }

  #partNeeds(part: unknown, nesting: number): boolean {
    return typeof part === "object" && part !== null && this.needsPacking(part, nesting);
  }
}

const { entries: entriesOf } = Map.prototype;
const { values: membersOf } = Set.prototype;

/** Stands for every error: what their packed forms have in common is not looked for. */
const ANY_ERROR = {};

/**
 * Whether a value has an object in common with others. In copies that are made together it would have it in common
 * with theirs.
 *
 * @param value The value.
 * @param owner Its number.
 * @param owners The objects of the others, each with the number of its value; this one's are added.
 * @returns Whether it has, or can't be looked at. Memory that is shared by design doesn't count.
 */
export function hasInCommon(
  value: unknown,
  owner: number,
  owners: Map<object, number>,
): boolean {
  try {
    return isCommon(value);
  } catch {
    return true;
  }

  function isCommon(value: unknown): boolean {
    if (typeof value !== "object" || value === null) return false;
    const known = owners.get(value);
    if (known !== undefined) return known !== owner;
    const kind = kindOf(value);
    if (kind === WHOLE && isSharedMemory(value)) return false;
    owners.set(value, owner);
    switch (kind) {
      case VIEW:
        return !isPartial(value as ArrayBufferView, []) &&
          isCommon((value as ArrayBufferView).buffer);
      case ERROR:
        return isCommon(ANY_ERROR);
      case MAP:
        return entriesOf.call(value as Map<unknown, unknown>).some((entry) => entry.some(isCommon));
      case SET:
        return membersOf.call(value as Set<unknown>).some(isCommon);
      case RECORD:
      case ARRAY:
        return Object.values(value).some(isCommon);
      default:
        return false;
    }
  }
}

function isSharedMemory(value: object): boolean {
  return typeof SharedArrayBuffer === "function" && value instanceof SharedArrayBuffer;
}
