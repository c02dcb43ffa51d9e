/**
 * All that `src/base`, `src/task`, `src/engine` and `src/queue` may use beside the language itself: the few web globals
 * that every runtime has. These folders are type-checked against this file and no runtime's types.
 */

interface AbortSignal {
  readonly aborted: boolean;
  // deno-lint-ignore no-explicit-any -- as every runtime declares it
  readonly reason: any;
  addEventListener(type: "abort", listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
  throwIfAborted(): void;
}

declare class AbortController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}

declare function queueMicrotask(callback: () => void): void;

declare const console: { log(text: string): void };

/** Queues only pass it on. */
declare interface MessagePort {
  postMessage(message: unknown): void;
}

declare const performance: { readonly timeOrigin: number };
