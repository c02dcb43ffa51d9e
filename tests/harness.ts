/**
 * The one way to write a test here: the same file runs on Deno, on Bun, on Node and in a page.
 *
 * @module
 */

/** Whether the tests run in a page. */
export const inPage = !("process" in globalThis);

/** The runtime that runs the tests. A page counts as Deno, which is like one in most. */
export const runtime: "deno" | "bun" | "node" = "Bun" in globalThis
  ? "bun"
  : "Deno" in globalThis || inPage
  ? "deno"
  : "node";

/** Far above what any test needs: it turns a hang into a failure that has a name. */
const timeout = 60_000;

// Computed specifiers, so that Deno neither resolves nor type-checks a module that only the others have.
const bunTest = "bun:test";
const bun = runtime === "bun" ? await import(bunTest) : undefined;
const nodeTest = "node:test";
const node = runtime === "node" ? await import(nodeTest) : undefined;
const page = inPage ? await import("./browser/conformance/registry.ts") : undefined;

const leftOut = new Set<string>();

/** Has tests left out, by their names, where they don't apply: they are shown as ignored. */
export function leaveOut(names: Iterable<string>): void {
  for (const name of names) leftOut.add(name);
}

/**
 * Registers a test. It fails when `fn` throws or rejects, takes longer than a minute or, on Deno,
 * leaves a timer, a resource or another pending operation behind.
 *
 * @param name what is true when the test passes
 * @param fn the test
 */
export function test(name: string, fn: () => void | Promise<void>): void {
  const ignore = leftOut.has(name);
  if (bun !== undefined) return (ignore ? bun.test.skip : bun.test)(name, fn, timeout);
  if (node !== undefined) return void node.test(name, { timeout, skip: ignore }, () => fn());
  if (page !== undefined) return void page.registered.push({ name, fn, timeout, ignore });
  Deno.test({
    name,
    fn,
    ignore,
    timeout,
    sanitizeOps: true,
    sanitizeResources: true,
    sanitizeExit: true,
  });
}
