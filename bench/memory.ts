/**
 * What is on the heap.
 *
 * @module
 */
import process from "node:process";

interface Runtime {
  readonly Bun?: { gc(wait: boolean): void };
  readonly gc?: () => void;
}

/**
 * Collects all garbage, which in V8 takes `--expose-gc`.
 *
 * @throws {Error} When it can't be collected.
 */
export function collectGarbage(): void {
  const { Bun, gc } = globalThis as Runtime;
  if (Bun !== undefined) Bun.gc(true);
  else if (gc !== undefined) gc();
  else throw new Error("Cannot collect garbage: run Deno with --v8-flags=--expose-gc");
}

/**
 * So that no round pays for the garbage of the one before. In V8 only young objects are collected: a full
 * collection shrinks the heap, and the next round would pay for its growth.
 */
export function collectYoungGarbage(): void {
  const { Bun, gc } = globalThis as { Bun?: unknown; gc?: (options: { type: "minor" }) => void };
  if (Bun !== undefined) collectGarbage();
  else gc?.({ type: "minor" });
}

/** Bytes that live objects take. */
export async function heapSize(): Promise<number> {
  collectGarbage();
  if ((globalThis as Runtime).Bun === undefined) return heapInUse();
  const jsc = "bun:jsc";
  const { heapStats } = await import(jsc);
  return heapStats().heapSize;
}

/** The same without a collection before it: what is there now, garbage too. */
export function heapInUse(): number {
  return process.memoryUsage().heapUsed;
}
