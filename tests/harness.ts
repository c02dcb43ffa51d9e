/**
 * The one way to write a test here: the same file runs on Deno and on Bun.
 *
 * @module
 */

/** The runtime that runs the tests. */
export const runtime: "deno" | "bun" = "Bun" in globalThis ? "bun" : "deno";

/** Far above what any test needs: it turns a hang into a failure that has a name. */
const timeout = 60_000;

// A computed specifier, so that Deno neither resolves nor type-checks a module only Bun has.
const bunTest = "bun:test";
const bun = runtime === "bun" ? await import(bunTest) : undefined;

/**
 * Registers a test. It fails when `fn` throws or rejects, takes longer than a minute or, on Deno,
 * leaves a timer, a resource or another pending operation behind.
 *
 * @param name what is true when the test passes
 * @param fn the test
 */
export function test(name: string, fn: () => void | Promise<void>): void {
  if (bun !== undefined) return bun.test(name, fn, timeout);
  Deno.test({
    name,
    fn,
    timeout,
    sanitizeOps: true,
    sanitizeResources: true,
    sanitizeExit: true,
  });
}
