import type { Clock } from "../../base/clock.ts";
import type { MemoryReader } from "../../runtime/runtime.ts";

/** How often children are looked at. */
const LOOK_EVERY_MS = 100;

/** How many bytes of resident memory children may have. */
export interface MemoryLimits {
  /** One above it is killed. */
  readonly memoryLimit?: number;
  /** One above it is replaced after its task. */
  readonly recycleMemory?: number;
}

/** A child whose memory is watched. */
export interface WatchedChild {
  readonly pid: number;
  /** It has more than it may ever have. */
  exceeded(bytes: number): void;
  /** It has more than it may have after its task. */
  outgrown(): void;
}

/**
 * Looks at the memory of a queue's children from outside, as long as there are any: a child that is busy can't look itself,
 * and what buffers take is not in its heap. Where a look is cheap, each child is looked at when a task of its ends, too, so
 * that the next isn't blamed for what the one before has left.
 */
export class MemoryWatch {
  readonly memoryLimit: number;
  readonly #recycleMemory: number;
  readonly #clock: Clock;
  readonly #find: () => MemoryReader;
  readonly #children = new Set<WatchedChild>();
  #reader: MemoryReader | undefined;
  #timer: unknown;
  /** The look that is under way. */
  #looking: Promise<void> | undefined;

  /**
   * @param clock Its timers should keep no program alive.
   * @param find Finds a way to look; throws if there is none.
   */
  constructor(
    { memoryLimit = Infinity, recycleMemory = Infinity }: MemoryLimits,
    clock: Clock,
    find: () => MemoryReader,
  ) {
    this.memoryLimit = memoryLimit;
    this.#recycleMemory = Math.min(recycleMemory, memoryLimit);
    this.#clock = clock;
    this.#find = find;
  }

  /** Makes ready; throws if memory can't be looked at. */
  open(): void {
    this.#reader ??= this.#find();
  }

  /** There is another child. */
  add(child: WatchedChild): void {
    this.#children.add(child);
    if (this.#timer === undefined && this.#looking === undefined) this.#arm();
  }

  /** A child has ended. Resolves when nothing is under way that it is looked at by. */
  async remove(child: WatchedChild): Promise<void> {
    this.#children.delete(child);
    if (this.#children.size === 0) {
      this.#clock.clearTimer(this.#timer);
      this.#timer = undefined;
    }
    await this.#looking;
  }

  /** A child's task has ended. */
  taskEnded(child: WatchedChild): void {
    const bytes = this.#reader?.readNow?.(child.pid) ?? 0;
    if (bytes > this.#recycleMemory) child.outgrown();
  }

  #arm(): void {
    this.#timer = this.#clock.setTimer(() => {
      this.#timer = undefined;
      this.#looking = this.#look();
    }, LOOK_EVERY_MS);
  }

  async #look(): Promise<void> {
    const pids = [...this.#children].map(({ pid }) => pid);
    // One that fails now may work the next time: there may have been no room for another process.
    const sizes = await this.#reader!.read(pids).catch(() => new Map<number, number>());
    this.#looking = undefined;
    for (const child of [...this.#children]) {
      const bytes = sizes.get(child.pid) ?? 0;
      if (bytes > this.memoryLimit) child.exceeded(bytes);
      else if (bytes > this.#recycleMemory) child.outgrown();
    }
    if (this.#children.size > 0) this.#arm();
  }
}
