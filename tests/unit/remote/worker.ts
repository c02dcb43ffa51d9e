/**
 * A Web Worker that plays scenarios.
 *
 * @module
 */
import { type Play, play } from "./client.ts";

/** How it went. */
export type Played = { readonly value: unknown } | { readonly error: unknown };

/** What a worker does beyond playing. */
export type Order = Play | "close" | "throw";

const scope = globalThis as unknown as {
  onmessage: ((event: MessageEvent<Order>) => void) | null;
  postMessage(message: Played): void;
  close?(): void;
  process?: { exit(code: number): void };
};

scope.onmessage = async ({ data }) => {
  if (data === "throw") throw new Error("thrown in the worker");
  if (data === "close") return "Bun" in globalThis ? scope.process!.exit(0) : scope.close!();
  try {
    scope.postMessage({ value: await play(data, true) });
  } catch (error) {
    scope.postMessage({ error: (error as Error).stack ?? error });
  }
};
