import type { Clock } from "../base/clock.ts";
import type { Timed, Timers } from "../base/timers.ts";
import type { Place } from "../task/place.ts";
import { Task } from "../task/task.ts";

/** How often the time of day is compared with the clock that never jumps, while a task waits for a time of day. */
const LOOK_EVERY_MS = 1_000;
/** The time of day has been set when it moved by more than this against the other clock; less is a clock being slewed. */
const MIN_JUMP_MS = 20;

/** Tasks that wait for their time, in the queue's timers. */
export class Scheduled implements Place<Task> {
  readonly status: "scheduled" | "retrying";
  size = 0;
  protected readonly timers: Timers;
  readonly #due: (task: Task) => void;

  /**
   * @param status What the tasks wait for: their first attempt or the next.
   * @param timers The queue's timers.
   * @param due Called for a task whose time has come, after it was taken out.
   */
  constructor(status: "scheduled" | "retrying", timers: Timers, due: (task: Task) => void) {
    this.status = status;
    this.timers = timers;
    this.#due = due;
  }

  add(task: Task, at: number): void {
    task.place = this;
    this.size++;
    this.timers.add(task, at);
  }

  remove(task: Task): boolean {
    this.size--;
    this.timers.remove(task);
    return true;
  }

  *items(): Iterable<Task> {
    for (const item of this.timers.values()) {
      if (item instanceof Task && item.place === this) yield item;
    }
  }

  expired(task: Task, _now: number): void {
    this.remove(task);
    this.#due(task);
  }
}

/**
 * Tasks that wait for a time of day (`runAt`). Timers run on a clock that never jumps, so the time of day is looked at every
 * second: when it was set, the tasks' timers are set anew.
 */
export class ScheduledByDay extends Scheduled {
  readonly #clock: Clock;
  readonly #look: Timed = { timer: 0, expire: (now) => this.#lookAtClock(now) };
  /** The time of day less the other clock's time, when it was last looked at. */
  #offset = 0;

  constructor(timers: Timers, clock: Clock, due: (task: Task) => void) {
    super("scheduled", timers, due);
    this.#clock = clock;
  }

  override add(task: Task, at: number): void {
    super.add(task, at);
    const now = this.#clock.now();
    if (this.#look.timer !== 0) return this.#follow(now);
    this.#offset = this.#clock.wallNow() - now;
    this.timers.add(this.#look, now + LOOK_EVERY_MS);
  }

  override remove(task: Task): boolean {
    super.remove(task);
    if (this.size === 0) this.timers.remove(this.#look);
    return true;
  }

  override expired(task: Task, now: number): void {
    const left = task.options.runAt! - this.#clock.wallNow();
    if (left <= 0) return super.expired(task, now);
    this.timers.add(task, now + left);
    this.#follow(now);
  }

  #lookAtClock(now: number): void {
    this.#follow(now);
    this.#offset = this.#clock.wallNow() - now;
    this.timers.add(this.#look, now + LOOK_EVERY_MS);
  }

  /**
   * Sets the tasks' timers anew if the time of day was set. It is called whenever a timer is set by it: if it is set back
   * before the next look, no look would find that.
   */
  #follow(now: number): void {
    const wallNow = this.#clock.wallNow();
    if (Math.abs(wallNow - now - this.#offset) <= MIN_JUMP_MS) return;
    this.#offset = wallNow - now;
    for (const task of [...this.items()]) {
      this.timers.remove(task);
      this.timers.add(task, now + Math.max(0, task.options.runAt! - wallNow));
    }
  }
}
