/**
 * Stands in for `@std/assert` where that cannot be had: the functions the tests use, with the same
 * names and signatures, over `node:util`.
 *
 * Equality is `isDeepStrictEqual`. It is stricter than the original about `-0` and about objects
 * without a prototype, and laxer about errors, which must have the same stack there: compare an
 * error's class and message instead.
 *
 * @module
 */
import { inspect, isDeepStrictEqual } from "node:util";

// deno-lint-ignore no-explicit-any -- a constructor may take anything
type Class<T> = abstract new (...args: any[]) => T;

/** What every failed assertion throws. */
export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

/** Throws unless `condition` holds: what is wrong, the caller's message, the values if need be. */
function expect(
  condition: boolean,
  wrong: () => string,
  msg?: string,
  values: () => string = () => "",
): void {
  if (!condition) throw new AssertionError(wrong() + (msg ? `: ${msg}` : ".") + values());
}

function show(value: unknown): string {
  return inspect(value, { depth: 10, sorted: true });
}

function showBoth(actual: unknown, expected: unknown): string {
  return `\n  actual:   ${show(actual)}\n  expected: ${show(expected)}`;
}

/** Fails always. */
export function fail(msg?: string): never {
  throw new AssertionError(`Failed assertion${msg ? `: ${msg}` : "."}`);
}

/** Asserts that the expression is truthy. */
export function assert(expr: unknown, msg = ""): asserts expr {
  if (!expr) throw new AssertionError(msg);
}

/** Asserts that the expression is falsy. */
export function assertFalse(
  expr: unknown,
  msg = "",
): asserts expr is false | 0 | 0n | "" | null | undefined {
  if (expr) throw new AssertionError(msg);
}

/** Asserts that two values are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  expect(
    isDeepStrictEqual(actual, expected),
    () => "Values are not equal",
    msg,
    () => showBoth(actual, expected),
  );
}

/** Asserts that two values are not deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  expect(
    !isDeepStrictEqual(actual, expected),
    () => `Expected a value not equal to ${show(expected)}`,
    msg,
  );
}

/** Asserts that two values are the same, as `Object.is` sees it. */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  expect(
    Object.is(actual, expected),
    () => "Values are not the same",
    msg,
    () => showBoth(actual, expected),
  );
}

/** Asserts that two values are not the same, as `Object.is` sees it. */
export function assertNotStrictEquals<T>(actual: T, expected: T, msg?: string): void {
  expect(!Object.is(actual, expected), () => `Expected another value than ${show(expected)}`, msg);
}

/** Asserts that a value is neither `null` nor `undefined`. */
export function assertExists<T>(actual: T, msg?: string): asserts actual is NonNullable<T> {
  expect(actual !== undefined && actual !== null, () => `Expected a value, got ${actual}`, msg);
}

/** Asserts that a value is an instance of a class. */
export function assertInstanceOf<T>(
  actual: unknown,
  expectedType: Class<T>,
  msg?: string,
): asserts actual is T {
  expect(
    actual instanceof expectedType,
    () => `Expected an instance of ${expectedType.name}, got ${show(actual)}`,
    msg,
  );
}

/** Asserts that a string matches a pattern. */
export function assertMatch(actual: string, expected: RegExp, msg?: string): void {
  expect(expected.test(actual), () => `Expected ${show(actual)} to match ${expected}`, msg);
}

/** Asserts that a string contains another. */
export function assertStringIncludes(actual: string, expected: string, msg?: string): void {
  expect(
    actual.includes(expected),
    () => `Expected ${show(actual)} to contain ${show(expected)}`,
    msg,
  );
}

/** Asserts `actual > expected`. */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  expect(actual > expected, () => `Expected ${show(actual)} > ${show(expected)}`, msg);
}

/** Asserts `actual >= expected`. */
export function assertGreaterOrEqual<T>(actual: T, expected: T, msg?: string): void {
  expect(actual >= expected, () => `Expected ${show(actual)} >= ${show(expected)}`, msg);
}

/** Asserts `actual < expected`. */
export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  expect(actual < expected, () => `Expected ${show(actual)} < ${show(expected)}`, msg);
}

/** Asserts `actual <= expected`. */
export function assertLessOrEqual<T>(actual: T, expected: T, msg?: string): void {
  expect(actual <= expected, () => `Expected ${show(actual)} <= ${show(expected)}`, msg);
}

/** Asserts that two numbers differ by `tolerance` at most, by default a ten millionth. */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance?: number,
  msg?: string,
): void {
  const limit = tolerance ?? (Number.isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7);
  expect(
    Object.is(actual, expected) || Math.abs(expected - actual) <= limit,
    () => `Expected ${actual} to be within ${limit} of ${expected}`,
    msg,
  );
}

/** Asserts that a function throws, and returns what it threw. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Asserts that a function throws an error of a class, its message containing a text. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: Class<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows(
  fn: () => unknown,
  classOrMsg?: Class<Error> | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  try {
    fn();
  } catch (error) {
    return checkError(error, classOrMsg, msgIncludes, msg);
  }
  throw new AssertionError(`Expected function to throw${suffix(classOrMsg, msg)}`);
}

/** Asserts that a promise rejects, and resolves to the reason. */
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
/** Asserts that a promise rejects with an error of a class, its message containing a text. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: Class<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects(
  fn: () => PromiseLike<unknown>,
  classOrMsg?: Class<Error> | string,
  msgIncludes?: string,
  msg?: string,
): Promise<unknown> {
  let promise: PromiseLike<unknown>;
  try {
    promise = fn();
  } catch {
    // A function that throws before it has a promise is a bug that `await fn()` would hide.
    throw new AssertionError(`Function throws when expected to reject${suffix(classOrMsg, msg)}`);
  }
  try {
    await promise;
  } catch (error) {
    return checkError(error, classOrMsg, msgIncludes, msg);
  }
  throw new AssertionError(`Expected function to reject${suffix(classOrMsg, msg)}`);
}

/** The end of a message: without a class, the second argument is the caller's message. */
function suffix(classOrMsg?: Class<Error> | string, msg?: string): string {
  const text = typeof classOrMsg === "string" ? classOrMsg : msg;
  return text ? `: ${text}` : ".";
}

/** Returns the error if it is of the class and its message contains the text. */
function checkError(
  error: unknown,
  classOrMsg?: Class<Error> | string,
  msgIncludes = "",
  msg?: string,
): unknown {
  if (classOrMsg === undefined || typeof classOrMsg === "string") return error;
  assertInstanceOf(error, classOrMsg, msg);
  expect(
    error.message.includes(msgIncludes),
    () => `Expected the error message to contain ${show(msgIncludes)}, got ${show(error.message)}`,
    msg,
  );
  return error;
}
