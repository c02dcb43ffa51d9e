import { type Lane, TaskQueue } from "../core/queue.ts";
import type { QueueOptions } from "../core/options.ts";
import { QueueClosedError } from "../core/errors.ts";
import { QueueHost } from "./host.ts";

/** A queue that other threads can submit to: all that run in one. */
export abstract class ShareableQueue<Portable = unknown> extends TaskQueue<Portable> {
  readonly #shares = new Set<QueueHost>();

  /**
   * Made by the lanes' own constructors.
   *
   * @param options The queue's options.
   * @param lane What the lane brings.
   * @throws {TypeError} When an option is unknown or of the wrong type.
   * @throws {RangeError} When an option's value is out of range.
   */
  protected constructor(options: QueueOptions, lane: Lane) {
    super(options, lane);
  }

  /**
   * Lets another thread submit portable tasks to this queue. Transfer the port to a worker of your own or, with
   * `transfer`, to a task on a `ThreadQueue`, and call `attachQueue` on it there. For each thread share anew.
   *
   * * Tasks run where the queue's own tasks run. An `AsyncQueue` runs them on this thread, which loads their
   *   modules.
   * * An open port doesn't keep the program alive. It is closed by either end, by the end of the other thread, and
   *   when the queue has closed. What was submitted stays submitted.
   *
   * @returns The end to give away.
   * @throws {QueueClosedError} When the queue has been shut down.
   *
   * @example
   * ```ts
   * import { AsyncQueue, attachQueue, inlineTask } from "@trilane/trilane";
   *
   * await using queue = new AsyncQueue();
   * await queue.start();
   * using remote = attachQueue(queue.share()); // usually on another thread
   * const double = inlineTask((n: number) => n * 2);
   * const handle = await remote.submit(double, [21]);
   * console.log(await handle.value()); // 42
   * ```
   */
  share(): MessagePort {
    if (this.closed) throw new QueueClosedError("Cannot share a queue that has been shut down");
    const host = new QueueHost(
      this as unknown as TaskQueue<never>,
      (host) => this.#shares.delete(host),
    );
    this.#shares.add(host);
    return host.end;
  }

  /**
   * Closes the queue, as every queue does, and then the ports that it was shared by.
   *
   * @param options With `force` everything outstanding is cancelled.
   * @returns When the queue has closed.
   */
  override async shutdown(options: { readonly force?: boolean } = {}): Promise<void> {
    await super.shutdown(options);
    for (const share of this.#shares) share.close();
  }
}
