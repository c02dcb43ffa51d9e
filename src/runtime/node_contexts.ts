import type * as AsyncHooks from "node:async_hooks";
import type { AsyncContext, AsyncContexts, ContextVariable } from "../base/async_contexts.ts";
import { builtin } from "./builtin.ts";

type Resource = AsyncHooks.AsyncResource;

/** Async contexts by `node:async_hooks`, which is loaded when they are first asked for. */
export function nodeContexts(): AsyncContexts {
  return contexts ??= make(builtin<typeof AsyncHooks>("node:async_hooks"));
}

let contexts: AsyncContexts | undefined;

function make({ AsyncLocalStorage, AsyncResource }: typeof AsyncHooks): AsyncContexts {
  class Variable<T> implements ContextVariable<T> {
    readonly #storage = new AsyncLocalStorage<T | undefined>();

    get(): T | undefined {
      return this.#storage.getStore();
    }

    call(
      value: T | undefined,
      fn: (...args: never[]) => unknown,
      args: readonly unknown[],
      context?: AsyncContext,
    ): unknown {
      const storage = this.#storage;
      if (context === undefined) return storage.run(value, fn, ...args as never[]);
      const run = storage.run as (...args: unknown[]) => unknown;
      return (context as Resource).runInAsyncScope(run, storage, value, fn, ...args);
    }
  }
  return {
    capture: () => new AsyncResource("Trilane"),
    run: (context, fn) => (context as Resource).runInAsyncScope(fn),
    variable: () => new Variable(),
  };
}
