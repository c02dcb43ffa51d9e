import { isError, reasonOf } from "../../../base/errors.ts";
import { decodeThrown, encodeThrown } from "../../pool/wire/error_codec.ts";
import { shorterForms } from "../../pool/wire/shorten.ts";
import { decodeClonable, encodeClonable } from "./codec.ts";

/** What was thrown takes no more characters than this in a job, about. */
const MAX_THROWN_CHARACTERS = 1 << 20;

/** Stands before what was thrown in the stack that a job keeps of each failed attempt. */
const MARK = "\n    trilane ";

/**
 * What a node throws for a task that has failed. BullMQ keeps its message and its stack, which are for people; what was thrown
 * stands as the last line of the stack, for the producer.
 */
export class JobError extends Error {
  /** What was thrown. */
  readonly thrown: unknown;

  /**
   * @param thrown What the task has thrown.
   * @param isFinal Whether no further attempt is to be made.
   */
  constructor(thrown: unknown, isFinal: boolean) {
    super(reasonOf(thrown));
    this.thrown = thrown;
    // By its name BullMQ knows that there is no use in another attempt.
    if (isFinal) this.name = "UnrecoverableError";
    this.stack = stackOf(thrown, this.message) + MARK + textOfThrown(thrown);
  }
}

function stackOf(thrown: unknown, message: string): string {
  try {
    return isError(thrown) ? `${thrown.stack}` : message;
  } catch {
    return message;
  }
}

/**
 * Makes a line of text of what was thrown.
 *
 * @param thrown Anything.
 * @returns The text. What can't be sent is left out.
 */
export function textOfThrown(thrown: unknown): string {
  const encoded = encodeThrown(thrown);
  return tryToEncode(encoded.value) ?? shortText(encoded);
}

function shortText(encoded: { readonly value: unknown }): string {
  const canSend = (value: unknown) => tryToEncode(value) !== undefined;
  for (const { value } of shorterForms(encoded, MAX_THROWN_CHARACTERS, canSend)) {
    const text = tryToEncode(value);
    if (text !== undefined) return text;
  }
  return JSON.stringify(["An error that can't be sent"]);
}

function tryToEncode(value: unknown): string | undefined {
  try {
    const text = JSON.stringify(encodeClonable(value));
    return text.length <= MAX_THROWN_CHARACTERS ? text : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Reads what was thrown.
 *
 * @param text What `textOfThrown` made.
 * @param site Lines for the stack of an error.
 * @returns What was thrown, in an object; `undefined` if the text tells of nothing.
 */
export function thrownOfText(text: unknown, site?: string): { error: unknown } | undefined {
  try {
    const value = decodeClonable(JSON.parse(`${text}`));
    return { error: decodeThrown({ value }, site) };
  } catch {
    return undefined;
  }
}

/**
 * Reads what an attempt has thrown.
 *
 * @param stack The stack that its job keeps of it.
 * @param site Lines for the stack of the error: where the task was submitted.
 * @returns What was thrown, in an object; `undefined` if the stack doesn't tell.
 */
export function thrownOfStack(
  stack: string | undefined,
  site: string,
): { error: unknown } | undefined {
  const at = stack?.lastIndexOf(MARK) ?? -1;
  return at < 0 ? undefined : thrownOfText(stack!.slice(at + MARK.length), site);
}
