import { show } from "../base/errors.ts";
import type { TaskReference } from "../portable/portable.ts";
import type { Batch, SentCall } from "./protocol.ts";

/*
 * Whoever holds an end of a port may send anything over it. What is asked for is checked here as far as nothing else checks it;
 * the options of tasks the queue itself does.
 */

/**
 * Checks what is to be submitted.
 *
 * @param batch What came.
 * @returns The same.
 * @throws {TypeError} When it is no batch.
 */
export function checkedBatch(batch: unknown): Batch {
  const { functions, calls, group, options, signal } = record(batch, "A batch");
  if (!isList(functions, isNamedReference)) throw wrong("The functions of a batch", functions);
  const count = functions.length;
  if (!isList(calls, (call) => isCall(call, count))) throw wrong("The calls of a batch", calls);
  record(options, "The options of a batch");
  if (typeof group !== "boolean") throw wrong("Whether a batch is a group", group);
  if (typeof signal !== "boolean") throw wrong("Whether a batch has a signal", signal);
  if (!group && calls.some(([number]) => number !== 0)) {
    throw new TypeError("Calls of several functions must be a group");
  }
  return batch as Batch;
}

/**
 * Checks the ids of tasks.
 *
 * @param ids What came.
 * @returns The same.
 * @throws {TypeError} When it is no list of strings.
 */
export function checkedIds(ids: unknown): readonly string[] {
  if (isList(ids, (id) => typeof id === "string")) return ids as string[];
  throw wrong("The ids of tasks", ids);
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrong(what, value);
  return value as Record<string, unknown>;
}

function wrong(what: string, value: unknown): TypeError {
  return new TypeError(`${what} cannot be ${show(value)}`);
}

/** Whether it is an array of such elements, without holes. */
function isList<T>(value: unknown, isElement: (element: unknown) => element is T): value is T[];
function isList(value: unknown, isElement: (element: unknown) => boolean): value is unknown[];
function isList(value: unknown, isElement: (element: unknown) => boolean): boolean {
  if (!Array.isArray(value)) return false;
  for (let i = 0; i < value.length; i++) if (!(i in value) || !isElement(value[i])) return false;
  return true;
}

function isNamedReference(value: unknown): value is readonly [TaskReference, string] {
  return isList(value, () => true) && value.length === 2 && isReference(value[0]) &&
    typeof value[1] === "string";
}

function isReference(value: unknown): value is TaskReference {
  if (typeof value !== "object" || value === null) return false;
  const { kind, name, url, source } = value as Record<string, unknown>;
  if (typeof name !== "string") return false;
  return kind === "inline"
    ? typeof source === "string"
    : (kind === "defined" || kind === "exported") && typeof url === "string";
}

function isCall(value: unknown, functions: number): value is SentCall {
  if (!isList(value, () => true) || value.length !== 3) return false;
  const [number, args, transfers] = value;
  if (!Number.isInteger(number) || (number as number) < 0 || (number as number) >= functions) {
    return false;
  }
  return isList(args, () => true) &&
    isList(transfers, (transfer) => isTransfer(transfer, args.length));
}

function isTransfer(value: unknown, args: number): boolean {
  return isList(value, () => true) && value.length === 2 && Number.isInteger(value[0]) &&
    (value[0] as number) >= 0 && (value[0] as number) < args && isList(value[1], () => true);
}
