import type { AtHome } from "./async_contexts.ts";
import type { Clock } from "./clock.ts";
import { Heap } from "./heap.ts";

/** Something that happens at a time: what {@linkcode Timers} holds. */
export interface Timed {
  /** The number it is held under, 0 when it isn't. Belongs to the timers. */
  timer: number;
  /** Called once when it is due, after it has been taken out. Must not throw. */
  expire(now: number): void;
}

/** A platform timer set for longer fires at once, so one deadline may take several. */
const MAX_TIMER = 2 ** 31 - 1;

/** Fewer items than these that have been removed are not worth a sweep. */
const MIN_SWEEP = 32;

/**
 * All delays and deadlines of a queue on one timer of the platform.
 *
 * How it works: the deadlines are in a heap and the platform's timer is set for the first. When an
 * earlier one comes it is set anew; when the first goes it is left as it is, fires for nothing and
 * is set for the next, since most deadlines (timeouts) never come and a platform timer costs more than
 * a heap entry. It is cleared as soon as no deadline is left. For the same reason a deadline that is removed is only
 * forgotten; when more than half are such they are swept out of the heap.
 */
export class Timers {
  readonly #clock: Clock;
  readonly #heap = new Heap<Timed>();
  readonly #onTimer = () => {
    this.#timer = undefined;
    this.#setFor = Infinity;
    this.fire(this.#clock.now());
  };
  readonly #afterFire: () => void;
  readonly #atHome: AtHome;
  #timer: unknown;
  #setFor = Infinity;
  #firing = false;
  #size = 0;
  /** Numbers what is added, so that equal deadlines come in the order in which they were set. */
  #added = 0;

  /**
   * @param clock Where the time and the timer come from.
   * @param afterFire Called when due items have been served by a timer.
   * @param atHome Sets timers in the owner's async context, so that they don't keep that of whoever has added an item.
   */
  constructor(clock: Clock, afterFire: () => void, atHome: AtHome = (call) => call()) {
    this.#clock = clock;
    this.#afterFire = afterFire;
    this.#atHome = atHome;
  }

  get size(): number {
    return this.#size;
  }

  /** How many entries there are, those of removed items included. */
  get held(): number {
    return this.#heap.size;
  }

  add(item: Timed, deadline: number): void {
    this.#size++;
    item.timer = ++this.#added;
    this.#heap.push(item, deadline, item.timer);
    if (deadline < this.#setFor) this.#arm();
  }

  /** Adds an item that is due in `delay` milliseconds. */
  addIn(item: Timed, delay: number): void {
    this.add(item, this.#clock.now() + delay);
  }

  /** Takes out an item that may or may not be held. */
  remove(item: Timed): void {
    if (item.timer === 0) return;
    item.timer = 0;
    this.#size--;
    const removed = this.held - this.#size;
    if (removed >= MIN_SWEEP && removed > this.#size) this.#heap.sweep(isHeld);
    if (this.#size === 0) this.#disarm();
  }

  /** Serves what is due by now. Work that keeps the event loop busy calls this itself. */
  fire(now: number): void {
    if (this.#firing) return;
    this.#firing = true;
    let served = false;
    while (this.due(now)) {
      const item = this.#heap.pop()!;
      item.timer = 0;
      this.#size--;
      item.expire(now);
      served = true;
    }
    this.#firing = false;
    this.#arm();
    if (served) this.#afterFire();
  }

  /** Whether something is due by `now`; cheap enough to ask after every task. */
  due(now: number): boolean {
    return this.#size > 0 && this.#first()! <= now;
  }

  /** The items in no particular order. */
  values(): Timed[] {
    const items: Timed[] = [];
    this.#heap.forEach((item, order) => {
      if (isHeld(item, order)) items.push(item);
    });
    return items;
  }

  /** The first deadline, with the forgotten ones before it passed over. */
  #first(): number | undefined {
    const heap = this.#heap;
    while (heap.size > 0 && !isHeld(heap.peek()!, heap.firstOrder!)) heap.pop();
    return heap.firstKey;
  }

  #arm(): void {
    const first = this.#first();
    if (first === undefined) return this.#disarm();
    if (this.#firing || (this.#timer !== undefined && this.#setFor <= first)) return;
    this.#disarm();
    if (first === Infinity) return;
    const wait = Math.max(0, Math.ceil(first - this.#clock.now()));
    this.#setFor = first;
    const ms = Math.min(wait, MAX_TIMER);
    this.#timer = this.#atHome(() => this.#clock.setTimer(this.#onTimer, ms));
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
    this.#setFor = Infinity;
  }
}

/** Whether what the heap holds under a number is still meant. */
function isHeld(item: Timed, order: number): boolean {
  return item.timer === order;
}
