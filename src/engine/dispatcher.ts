import type { Clock } from "../base/clock.ts";
import type { Timed, Timers } from "../base/timers.ts";
import type { Task } from "../task/task.ts";
import type { Announcer } from "./announcer.ts";
import type { Sent } from "./at_executor.ts";
import type { Executor } from "./executor.ts";
import { RateGate } from "./gates/rate.ts";
import { comesBefore, ReadyQueue } from "./ready_queue.ts";

/** What a dispatcher needs of its engine. */
export interface DispatcherHost {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly announcer: Announcer;
  readonly executor: Executor;
}

/**
 * Starts tasks: gives the ready ones to the executor, the foremost first, while there is room and the rate allows. It does so in
 * a microtask after submissions, so that a batch of them is ordered by priority before the first starts, and directly
 * when an attempt ends.
 */
export class Dispatcher {
  readonly ready = new ReadyQueue<Task>();
  started = false;
  paused = false;
  #host!: DispatcherHost;
  #sent!: Sent;
  readonly #gate: RateGate | undefined;
  readonly #gateTimer: Timed = { timer: 0, expire: () => {} };
  #dispatching = false;
  #requested = false;
  /** The task that is to start next, for the predicate below. */
  #head: Task | undefined;
  readonly #comesAfterHead = (task: Task) => comesBefore(this.#head!, task);

  /** @param rate How many attempts may start in a second, and how many of them back to back. */
  constructor(rate: { readonly limit: number; readonly burst: number } | undefined) {
    this.#gate = rate && new RateGate(rate.limit, rate.burst);
  }

  /** Connects it with its engine, once that has its executor. */
  connect(host: DispatcherHost, sent: Sent): void {
    this.#host = host;
    this.#sent = sent;
  }

  /** How many tasks could start now if there were room for them. */
  get backlog(): number {
    return this.paused || this.#isHeldBack ? 0 : this.ready.size;
  }

  /** Starts what may start. */
  dispatch(now?: number): void {
    if (this.#dispatching || !this.started) return;
    const { announcer, clock, executor, timers } = this.#host;
    // Task functions are not called in the middle of a transition.
    if (announcer.busy) return this.request();
    this.#dispatching = true;
    const { ahead } = executor;
    for (;;) {
      const task = this.ready.peek();
      if (task === undefined || this.paused || !this.started) break;
      if (this.#isHeldBack) {
        this.#waitForGate();
        break;
      }
      if (ahead !== undefined) {
        // What was sent ahead and comes after this task makes room for it.
        this.#head = task;
        ahead.takeBack(this.#comesAfterHead);
      }
      if (executor.room <= 0) break;
      now ??= clock.now();
      this.#gate?.take(clock.now());
      this.ready.pop();
      this.#sent.add(task);
      now = executor.run(task, now);
      // Tasks that never yield keep the platform's timers from firing.
      if (now !== undefined && timers.due(now)) timers.fire(now);
    }
    this.#head = undefined;
    this.#dispatching = false;
    ahead?.flush();
  }

  /** Starts what may start soon: not within the call that asks for it. */
  request(): void {
    if (this.#requested || !this.started) return;
    this.#requested = true;
    queueMicrotask(this.#runRequested);
  }

  readonly #runRequested = () => {
    this.#requested = false;
    this.dispatch();
  };

  /** A task may start. */
  add(task: Task): void {
    this.ready.push(task);
    this.request();
  }

  /** Nothing is outstanding: no timer is to be left. */
  rest(): void {
    if (this.#gateTimer.timer !== 0) this.#host.timers.remove(this.#gateTimer);
  }

  /** Whether the rate allows no start now. */
  get #isHeldBack(): boolean {
    return this.#gate !== undefined && this.#gate.opensAt() > this.#host.clock.now();
  }

  #waitForGate(): void {
    if (this.#gateTimer.timer === 0) this.#host.timers.add(this.#gateTimer, this.#gate!.opensAt());
  }
}
