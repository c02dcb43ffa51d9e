import type { Clock } from "./clock.ts";
import { Heap, type HeapItem } from "./heap.ts";

/** Something that happens at a time: what {@linkcode Timers} holds. */
export interface Timed extends HeapItem {
  /** When it is due, on the clock's `now()` line. Must not change while it is held. */
  deadline: number;
  /** Called once when it is due, after it has been taken out. Must not throw. */
  expire(now: number): void;
}

/** A platform timer set for longer fires at once, so one deadline may take several. */
const MAX_TIMER = 2 ** 31 - 1;

/**
 * All delays and deadlines of a queue on one timer of the platform.
 *
 * How it works: the deadlines are in a heap and the platform's timer is set for the first. When an
 * earlier one comes it is set anew; when the first goes it is left as it is, fires for nothing and
 * is set for the next, since most deadlines (timeouts) never come and a platform timer costs more than
 * a heap entry. It is cleared as soon as no deadline is left.
 */
export class Timers {
  readonly #clock: Clock;
  readonly #heap = new Heap<Timed>((a, b) => a.deadline < b.deadline);
  readonly #onTimer = () => {
    this.#timer = undefined;
    this.#setFor = Infinity;
    this.fire(this.#clock.now());
  };
  readonly #afterFire: () => void;
  #timer: unknown;
  #setFor = Infinity;
  #firing = false;

  /**
   * @param clock Where the time and the timer come from.
   * @param afterFire Called when due items have been served by a timer.
   */
  constructor(clock: Clock, afterFire: () => void) {
    this.#clock = clock;
    this.#afterFire = afterFire;
  }

  get size(): number {
    return this.#heap.size;
  }

  add(item: Timed, deadline: number): void {
    item.deadline = deadline;
    this.#heap.push(item);
    if (deadline < this.#setFor) this.#arm();
  }

  /** Adds an item that is due in `delay` milliseconds. */
  addIn(item: Timed, delay: number): void {
    this.add(item, this.#clock.now() + delay);
  }

  /** Takes out an item that may or may not be held. */
  remove(item: Timed): void {
    if (item.heapIndex < 0) return;
    this.#heap.remove(item);
    if (this.#heap.size === 0) this.#disarm();
  }

  /** Serves what is due by now. Work that keeps the event loop busy calls this itself. */
  fire(now: number): void {
    if (this.#firing) return;
    this.#firing = true;
    let served = false;
    for (let item = this.#heap.peek(); item !== undefined; item = this.#heap.peek()) {
      if (item.deadline > now) break;
      this.#heap.pop();
      item.expire(now);
      served = true;
    }
    this.#firing = false;
    this.#arm();
    if (served) this.#afterFire();
  }

  /** Whether something is due by `now`; cheap enough to ask after every task. */
  due(now: number): boolean {
    const first = this.#heap.peek();
    return first !== undefined && first.deadline <= now;
  }

  /** The items in no particular order. Nothing may be added or removed meanwhile. */
  values(): IterableIterator<Timed> {
    return this.#heap.values();
  }

  #arm(): void {
    const first = this.#heap.peek();
    if (first === undefined) return this.#disarm();
    if (this.#firing || (this.#timer !== undefined && this.#setFor <= first.deadline)) return;
    this.#disarm();
    if (first.deadline === Infinity) return;
    const wait = Math.max(0, Math.ceil(first.deadline - this.#clock.now()));
    this.#setFor = first.deadline;
    this.#timer = this.#clock.setTimer(this.#onTimer, Math.min(wait, MAX_TIMER));
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
    this.#setFor = Infinity;
  }
}
