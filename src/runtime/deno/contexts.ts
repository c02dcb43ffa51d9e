import type { AsyncContext, AsyncContexts, ContextVariable } from "../../base/async_contexts.ts";
import { nodeContexts } from "../node_contexts.ts";

/** What Deno's own `AsyncLocalStorage` is made with. Deno doesn't promise to keep it, so nothing relies on its being there. */
interface Core {
  /** The context that the program is in. */
  getAsyncContext(): AsyncContext | undefined;
  setAsyncContext(context: AsyncContext | undefined): void;
  AsyncVariable: new () => {
    get(): unknown;
    /** Gives it a value in the context that the program is in, which becomes another one; returns what it was. */
    enter(value: unknown): AsyncContext | undefined;
  };
}

/**
 * Async contexts as cheap as Deno has them: to capture one and to go there takes a nanosecond each, where `AsyncResource` takes
 * 150 to 700 and registers each for finalization, and loading `node:async_hooks` takes a program some 10 ms. Where Deno's
 * core is not as it is known it is `node:async_hooks` after all.
 */
export function denoContexts(): AsyncContexts {
  return contexts ??= coreContexts() ?? nodeContexts();
}

let contexts: AsyncContexts | undefined;

/** The same by Deno's core alone; `undefined` if that isn't as it is known. */
export function coreContexts(): AsyncContexts | undefined {
  const core = knownCore();
  return core && make(core);
}

function knownCore(): Core | undefined {
  try {
    const { internal } = Deno as unknown as { internal: symbol };
    const { core } = (Deno as unknown as Record<symbol, { core: Core }>)[internal]!;
    return tellsContextsApart(core) ? core : undefined;
  } catch {
    return undefined;
  }
}

/** Whether contexts are left and entered again, and are objects whose fields go on to those that are made of them. */
function tellsContextsApart(core: Core): boolean {
  const variable = new core.AsyncVariable();
  const outer = core.getAsyncContext();
  const own = Symbol("own");
  core.setAsyncContext({ ...outer, [own]: 1 });
  variable.enter(1);
  const inner = core.getAsyncContext();
  core.setAsyncContext(outer);
  const isLeft = variable.get() === undefined;
  core.setAsyncContext({ ...inner });
  const isBack = variable.get() === 1;
  const keepsFields = (core.getAsyncContext() as Record<symbol, unknown>)[own] === 1;
  core.setAsyncContext(outer);
  return isLeft && isBack && keepsFields;
}

/** Stands for the context in which nothing has a value, which Deno has no object for. */
const EMPTY: AsyncContext = Object.freeze(Object.create(null));

function make(core: Core): AsyncContexts {
  const { getAsyncContext, setAsyncContext } = core;

  /** A field of the contexts. Deno's own variables look each value up in a `WeakMap`, which takes 0.5 us to be filled. */
  class Variable<T> implements ContextVariable<T> {
    readonly #key = Symbol("trilane");

    get(): T | undefined {
      return (getAsyncContext() as Record<symbol, T> | undefined)?.[this.#key];
    }

    call(
      value: T | undefined,
      fn: (...args: never[]) => unknown,
      args: readonly unknown[],
      context?: AsyncContext,
    ): unknown {
      const outer = getAsyncContext();
      const from = context ?? outer;
      setAsyncContext(
        // To copy nothing costs more than all else.
        from === undefined || from === EMPTY
          ? { [this.#key]: value }
          : { ...from, [this.#key]: value },
      );
      try {
        // To spread nothing costs more than the call.
        return args.length === 0 ? fn() : fn(...args as never[]);
      } finally {
        setAsyncContext(outer);
      }
    }
  }
  return {
    capture: () => getAsyncContext() ?? EMPTY,
    run(context, fn) {
      const outer = getAsyncContext();
      setAsyncContext(context);
      try {
        return fn();
      } finally {
        setAsyncContext(outer);
      }
    },
    variable: () => new Variable(),
  };
}
