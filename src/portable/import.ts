import type { AnyFunction } from "../task/task.ts";
import type { PortableTask } from "./portable.ts";
import { makeStub } from "./stub.ts";

/**
 * What `importTasks` returns: the module's functions as portable tasks, whose local calls give a promise.
 *
 * @example
 * ```ts
 * import { type ImportedTasks, importTasks } from "@trilane/trilane";
 *
 * type Paths = typeof import("node:path/posix");
 * const paths: ImportedTasks<Paths> = importTasks<Paths>("node:path/posix");
 * console.log(await paths.basename("/music/a.flac")); // a.flac
 * ```
 */
export type ImportedTasks<M> = {
  readonly [K in keyof M as M[K] extends AnyFunction ? K : never]: M[K] extends
    (...args: infer A) => infer R ? PortableTask<A, Promise<Awaited<R>>> : never;
};

/**
 * Makes portable tasks of the functions that a module exports, without loading it in this thread. The
 * module needs to know nothing of this library. What it doesn't export fails when the task runs.
 *
 * Called locally, such a task loads the module and returns a promise of what the function returns.
 *
 * @param url The module's absolute URL.
 * @returns The module's functions, each made when it is first looked up.
 * @throws {TypeError} When the URL is not absolute.
 *
 * @example
 * ```ts ignore
 * import { importTasks, ThreadQueue } from "@trilane/trilane";
 *
 * const math = importTasks<typeof import("./math.ts")>(new URL("./math.ts", import.meta.url));
 * await using queue = new ThreadQueue();
 * queue.submit(math.square, [3]);
 * ```
 */
export function importTasks<M>(url: string | URL): ImportedTasks<M> {
  const module = new URL(url).href;
  const tasks = new Map<string, AnyFunction>();
  return new Proxy({}, {
    get(_target, name) {
      // What is awaited is asked for `then`: the whole is not a promise.
      if (typeof name === "symbol" || name === "then") return undefined;
      let task = tasks.get(name);
      if (task === undefined) {
        tasks.set(name, task = makeStub({ kind: "exported", url: module, name }));
      }
      return task;
    },
  }) as ImportedTasks<M>;
}
