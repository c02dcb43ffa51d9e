import type { AnyFunction } from "../task/task.ts";

/**
 * Makes a function of its source text, in the global scope.
 *
 * @param source What a function's `toString()` gives: a function, an arrow function or a method.
 * @returns The function.
 * @throws {SyntaxError} When it is none of these.
 */
export function evaluate(source: string): AnyFunction {
  const fn = tryEvaluate(`(${source}\n)`) ?? tryEvaluate(`Object.values({${source}\n})[0]`);
  if (typeof fn === "function") return fn as AnyFunction;
  throw new SyntaxError("not the source of a function");
}

/** A method's source stands in an object, a function's in parentheses: only one of the two parses. */
function tryEvaluate(expression: string): unknown {
  try {
    return new Function(`"use strict"; return ${expression}`)();
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
