import { NotPortableError, show } from "../base/errors.ts";
import { type AnyFunction, nameOf } from "../task/task.ts";
import { makePortable, type Portable, referenceOf } from "./portable.ts";
import { evaluate } from "./source.ts";

/**
 * Makes a portable task of a self-contained function, which travels as its source text. It can use its arguments,
 * globals and `await import(…)`, but nothing from around it: no variable, no import. What it
 * captures all the same is a `ReferenceError` when the task runs.
 *
 * @param fn The function.
 * @returns The same function, to be submitted to any queue or called as it is.
 * @throws {TypeError} When it isn't a function.
 * @throws {NotPortableError} When its source can't be had: native and bound functions, classes, getters. And where no code may be
 * made of text, as in a page whose content security policy lacks `'unsafe-eval'`.
 *
 * @example
 * ```ts
 * import { inlineTask } from "@trilane/trilane";
 *
 * const square = inlineTask((n: number) => n * n);
 * console.log(square(3)); // 9
 * ```
 */
export function inlineTask<F extends AnyFunction>(fn: F): F & Portable {
  if (typeof fn !== "function") {
    throw new TypeError(`Cannot make an inline task: it must be a function, got ${show(fn)}`);
  }
  if (referenceOf(fn)?.kind === "inline") return fn as F & Portable;
  const source = Function.prototype.toString.call(fn);
  if (NOT_A_FUNCTION.test(source)) throw notPortable(fn);
  try {
    evaluate(source);
  } catch (cause) {
    if (cause instanceof SyntaxError) throw notPortable(fn, cause);
    // A page's policy may forbid it.
    throw new NotPortableError(
      `Cannot make an inline task of ${show(fn)}: no source text can be made a function here: ${
        show(cause)
      }`,
      { cause },
    );
  }
  return makePortable(fn, { kind: "inline", source, name: nameOf(fn) });
}

/** The source of a class, a getter or setter, or something native. */
const NOT_A_FUNCTION = /^class\b|^[gs]et\s+[^\s(=]|\{\s*\[native code\]\s*\}$/;

function notPortable(fn: AnyFunction, cause?: unknown): NotPortableError {
  return new NotPortableError(
    `Cannot make an inline task of ${show(fn)}: its source text is not a function on its own`,
    { cause },
  );
}
