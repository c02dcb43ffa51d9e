/** A context that was captured: what a program's `AsyncLocalStorage`s hold at some place. Only who made it can look inside. */
export type AsyncContext = object;

/** The async contexts of a program, which go with it through promises and timers. */
export interface AsyncContexts {
  /** The context that the program is in. */
  capture(): AsyncContext;
  /** Calls a function in a context. */
  run<T>(context: AsyncContext, fn: () => T): T;
  /** Makes a variable that is part of every context. */
  variable<T>(): ContextVariable<T>;
}

/** What each context has a value of its own of. */
export interface ContextVariable<T> {
  /** Its value in the context that the program is in; `undefined` if it was given none there. */
  get(): T | undefined;
  /**
   * Calls a function so that it, and all that comes of it, sees a value.
   *
   * @param value The value.
   * @param fn The function.
   * @param args Its arguments.
   * @param context The context that it is called in. Default: that of the caller.
   */
  call(
    value: T | undefined,
    fn: (...args: never[]) => unknown,
    args: readonly unknown[],
    context?: AsyncContext,
  ): unknown;
}

/** Calls a function in the async context of a queue's maker, where contexts are kept: what lives on keeps nobody else's. */
export type AtHome = <T>(call: () => T) => T;

/** What calls in the context that the program is in now. */
export function homeOf(contexts: AsyncContexts | undefined): AtHome {
  if (contexts === undefined) return (call) => call();
  const home = contexts.capture();
  return (call) => contexts.run(home, call);
}

/** The same function, which runs in the context that the program is in now. */
export function bound<A extends unknown[], R>(
  call: (...args: A) => R,
  contexts: AsyncContexts | undefined,
): (...args: A) => R {
  if (contexts === undefined) return call;
  const atHome = homeOf(contexts);
  return (...args) => atHome(() => call(...args));
}
