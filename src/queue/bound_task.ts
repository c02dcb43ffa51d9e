import type { TaskHandle } from "../task/handle.ts";
import type { TaskOptions } from "../task/options.ts";
import type { TaskGroup } from "./group.ts";
import type { Items, LoneArgument, MapItem } from "./items.ts";
import type { BatchOptions } from "./resume.ts";

/**
 * A function bound to a queue with options of its own: calling it submits a task.
 *
 * @example
 * ```ts
 * import { AsyncQueue, type BoundTask } from "@trilane/trilane";
 *
 * await using queue = new AsyncQueue();
 * const add: BoundTask<[a: number, b: number], number> = queue.task((a: number, b: number) => a + b);
 * console.log(await add(1, 2).value()); // 3
 * console.log(await add.with({ priority: 0 }).group([[1, 1], [2, 2]]).values()); // [ 2, 4 ]
 * ```
 */
export interface BoundTask<A extends readonly unknown[], R> {
  /**
   * Submits a task.
   *
   * @param args The function's arguments.
   * @returns The task's handle.
   */
  (...args: A): TaskHandle<R>;
  /** What each task is run with. */
  readonly options: TaskOptions;
  /**
   * Submits a task for each item, as `queue.map` does.
   *
   * @param items For each task an array of arguments, or its one argument.
   * @param options Added to the bound ones.
   * @returns The tasks' handles.
   */
  map<I extends Readonly<A> | LoneArgument<A>>(
    items: Items<I>,
    options?: BatchOptions<NoInfer<I>>,
  ): TaskHandle<R>[];
  /**
   * Submits a task for each item, as `queue.group` does.
   *
   * @param items For each task an array of arguments, or its one argument.
   * @param options Added to the bound ones.
   * @returns The group.
   */
  group<I extends Readonly<A> | LoneArgument<A>>(
    items: Items<I>,
    options?: BatchOptions<NoInfer<I>>,
  ): TaskGroup<R>;
  /**
   * The same task with other options.
   *
   * @param options Added to the bound ones.
   * @returns A new bound task; this one stays as it is.
   */
  with(options: TaskOptions): BoundTask<A, R>;
}

/** What a bound task does with its queue. */
export interface BoundActions<A extends readonly unknown[], R> {
  /** Checks options; returns a copy that can be read again and again. */
  read(options: TaskOptions): TaskOptions;
  submit(args: A, options: TaskOptions): TaskHandle<R>;
  map(items: Items<MapItem<A>>, options: BatchOptions<MapItem<A>>): TaskHandle<R>[];
  group(items: Items<MapItem<A>>, options: BatchOptions<MapItem<A>>): TaskGroup<R>;
}

/** Makes a {@linkcode BoundTask}. */
export function bindTask<A extends readonly unknown[], R>(
  actions: BoundActions<A, R>,
  bound: TaskOptions,
): BoundTask<A, R> {
  const options = Object.freeze(actions.read(bound));
  return Object.assign((...args: A) => actions.submit(args, options), {
    options,
    map: (items: Items<MapItem<A>>, more?: BatchOptions<MapItem<A>>) =>
      actions.map(items, { ...options, ...more }),
    group: (items: Items<MapItem<A>>, more?: BatchOptions<MapItem<A>>) =>
      actions.group(items, { ...options, ...more }),
    with: (more: TaskOptions) => bindTask(actions, { ...options, ...more }),
  });
}
