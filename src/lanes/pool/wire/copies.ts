import { NotPortableError, show } from "../../../base/errors.ts";
import { ARRAY, HOSTED, kindOf, LOST, MAP, RECORD, SET, VIEW, WHOLE } from "./kinds.ts";

/**
 * Refuses what is for threads alone: shared memory, which runtimes treat differently, and objects of the platform, of which Deno
 * makes empty ones.
 */
export function assertCopies(value: unknown, seen: Set<object> = new Set()): void {
  if (typeof value !== "object" || value === null || seen.has(value)) return;
  const kind = kindOf(value);
  switch (kind) {
    case VIEW:
      return assertUnshared((value as ArrayBufferView).buffer);
    case WHOLE:
      return assertUnshared(value);
    case HOSTED:
    case LOST:
      throw new NotPortableError(
        `${show(value)} cannot be sent to a process: send what it is made of instead`,
      );
    default:
      seen.add(value);
      forEachPart(value, kind, (part) => assertCopies(part, seen));
  }
}

function assertUnshared(memory: object): void {
  if (!(memory instanceof SharedArrayBuffer)) return;
  throw new NotPortableError(
    `${show(memory)} cannot be sent to a process: memory can't be shared with it`,
  );
}

/** Calls back with what an object holds, and with the key where it has a name; an array's primitive elements are left out. */
export function forEachPart(
  value: object,
  kind: number,
  callback: (part: unknown, key?: string | number) => void,
): void {
  switch (kind) {
    case ARRAY: {
      const array = value as unknown[];
      for (let i = 0; i < array.length; i++) {
        if (typeof array[i] === "object") callback(array[i], i);
      }
      return;
    }
    case RECORD:
      for (const key of Object.keys(value)) callback((value as Record<string, unknown>)[key], key);
      return;
    case MAP:
      for (const [key, part] of value as Map<unknown, unknown>) {
        callback(key);
        callback(part);
      }
      return;
    case SET:
      for (const part of value as Set<unknown>) callback(part);
  }
}
