/** The objects that promises of this class give. */
const given = new WeakSet<object>();

/**
 * A promise of an object that can be awaited itself, a task's handle, which it gives as it is; and so do the promises that its
 * `then`, `catch` and `finally` make, where the handle is passed through. A plain promise takes the outcome of whatever has
 * a `then` for its own.
 *
 * No promise can help what JavaScript does elsewhere: returned from an `async` function, or by way of `Promise.race` and
 * `Promise.any`, the handle is awaited.
 */
export class HandlePromise<H> extends Promise<H> {
  /**
   * Makes a promise of a handle.
   *
   * @param start Called at once with what settles the promise.
   */
  static of<H extends object>(
    start: (resolve: (handle: H) => void, reject: (reason: unknown) => void) => void,
  ): HandlePromise<H> {
    return new HandlePromise((resolve, reject) =>
      start((handle) => {
        given.add(handle);
        settle(handle, resolve, reject);
      }, reject)
    );
  }

  override then<A = H, B = never>(
    onFulfilled?: ((handle: H) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return new HandlePromise<A | B>((resolve, reject) => {
      const pass = (outcome: unknown) =>
        settle(outcome, resolve as (value: unknown) => void, reject);
      const through = <V>(callback: (value: V) => unknown) => (value: V) => {
        try {
          pass(callback(value));
        } catch (error) {
          reject(error);
        }
      };
      super.then(
        typeof onFulfilled === "function" ? through(onFulfilled) : pass,
        typeof onRejected === "function" ? through(onRejected) : reject,
      );
    });
  }

  override finally(onFinally?: (() => void) | null): Promise<H> {
    if (typeof onFinally !== "function") return this.then();
    return new HandlePromise<H>((resolve, reject) => {
      const after = (end: () => void) => {
        new Promise<void>((called) => called(onFinally())).then(end, reject);
      };
      super.then(
        (value) => after(() => settle(value, resolve, reject)),
        (reason) => after(() => reject(reason)),
      );
    });
  }
}

// `await` takes the value of a promise whose constructor is `Promise` without calling its `then`.
Object.defineProperty(HandlePromise.prototype, "constructor", { value: Promise });

/** Settles a promise with an outcome; a handle is not awaited. */
function settle<H>(
  outcome: H,
  resolve: (value: H) => void,
  reject: (reason: unknown) => void,
): void {
  if (outcome instanceof HandlePromise) {
    Promise.prototype.then.call(outcome, (value) => settle(value as H, resolve, reject), reject);
  } else if (typeof outcome === "object" && outcome !== null && given.has(outcome)) {
    // A promise takes the outcome of a thenable for its own: while it looks, the handle is none.
    Object.defineProperty(outcome, "then", { value: undefined, configurable: true });
    resolve(outcome);
    delete (outcome as { then?: unknown }).then;
  } else {
    resolve(outcome);
  }
}
