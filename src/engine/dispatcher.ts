import type { AtHome } from "../base/async_contexts.ts";
import type { Clock } from "../base/clock.ts";
import type { Timed, Timers } from "../base/timers.ts";
import type { Task } from "../task/task.ts";
import type { Announcer } from "./announcer.ts";
import type { Sent } from "./at_executor.ts";
import type { Executor } from "./executor.ts";
import { FairQueue } from "./fair_queue.ts";
import { Limits } from "./gates/keyed.ts";
import { ChangingGate } from "./gates/starts.ts";
import type { QueueOptions, Rate } from "./options.ts";
import { Ranking } from "./rank.ts";
import { type Ready, ReadyQueue } from "./ready_queue.ts";
import type { Tracing } from "./tracing.ts";

/** What a dispatcher needs of its engine. */
export interface DispatcherHost {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly announcer: Announcer;
  readonly executor: Executor;
  /** Calls in the async context that the queue was made in, where contexts are kept. */
  readonly atHome: AtHome;
}

/**
 * Starts tasks: gives the ready ones to the executor, the foremost first, while there is room and the rate allows. Those that a
 * limit by key holds back are parked, out of the way of others. It does so in a microtask after submissions, so that a batch of them is ordered by priority before the first starts, and directly
 * when an attempt ends.
 */
export class Dispatcher {
  readonly ready: Ready<Task>;
  /** The limits by key, if the queue has any. */
  readonly limits: Limits | undefined;
  started = false;
  paused = false;
  readonly #host: DispatcherHost;
  readonly #ranking: Ranking;
  readonly #sent: Sent;
  readonly #burst: number | undefined;
  #gate: ChangingGate | undefined;
  #tracing: Tracing | undefined;
  readonly #gateTimer: Timed = { timer: 0, expire: () => {} };
  #dispatching = false;
  #requested = false;
  /** The task that is to start next, for the predicate below. */
  #head: Task | undefined;
  readonly #comesAfterHead = (task: Task) => this.ready.replaces(this.#head!, task);

  /**
   * @param options How the queue runs.
   * @param host The queue's engine.
   * @param sent Where the tasks are that were given to the executor.
   */
  constructor(options: QueueOptions, host: DispatcherHost, sent: Sent) {
    const { rate, burst, limits, aging } = options;
    this.#host = host;
    this.#sent = sent;
    this.#ranking = new Ranking(aging);
    this.#burst = burst;
    if (rate !== undefined) this.#gate = new ChangingGate(rate, burst);
    this.limits = limits && new Limits(limits, this.#ranking, {
      clock: host.clock,
      timers: host.timers,
      unparked: (task) => {
        this.ready.push(task);
        this.request();
      },
      recall: (task) => this.ready.extract(task),
    });
    this.ready = this.limits?.isFair
      ? new FairQueue<Task>(this.#ranking, this.limits.fairKeyOf)
      : new ReadyQueue<Task>(this.#ranking);
  }

  /** How many attempts may start in a time. */
  get rate(): Rate | undefined {
    return this.#gate?.rate;
  }

  set rate(rate: Rate | undefined) {
    if (rate === undefined) this.#gate = undefined;
    else if (this.#gate === undefined) this.#gate = new ChangingGate(rate, this.#burst);
    else this.#gate.change(rate);
    const { elsewhere } = this.#host.executor;
    elsewhere?.setRate(rate);
    this.rest();
    if (!this.maySendAhead && elsewhere === undefined) this.takeAllBack();
    this.request();
  }

  /** Whether tasks may be sent before they can begin: their start would not be seen. */
  get maySendAhead(): boolean {
    return this.#gate === undefined && this.limits?.hasRates !== true &&
      this.#tracing === undefined;
  }

  /** What makes the tasks part of traces. */
  get tracing(): Tracing | undefined {
    return this.#tracing;
  }

  set tracing(tracing: Tracing | undefined) {
    this.#tracing = tracing;
    this.takeAllBack();
    this.request();
  }

  /** How many ready tasks a rate or a key holds back. */
  get limited(): number {
    return (this.limits?.size ?? 0) + (this.#gateTimer.timer === 0 ? 0 : this.ready.size);
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
    const { ahead, elsewhere } = executor;
    // Another engine waits for the tasks' times.
    if (elsewhere !== undefined && !this.paused) elsewhere.following.handOverScheduled();
    while (!this.paused && this.started) {
      const gate = elsewhere === undefined ? this.#gate : undefined;
      const { limits } = this;
      if ((gate !== undefined || limits !== undefined) && !this.maySendAhead) now = clock.now();
      // What has waited until now is to have its turn. Tasks that never yield keep the platform's timers from firing.
      if (now !== undefined && timers.due(now)) {
        timers.fire(now);
        continue;
      }
      const task = limits === undefined ? this.ready.peek() : this.#nextFree(limits, now);
      if (task === undefined) break;
      if (gate !== undefined && gate.opensAt() > now!) {
        this.#waitForGate();
        break;
      }
      if (ahead !== undefined && elsewhere === undefined) {
        // What was sent ahead and comes after this task makes room for it.
        this.#head = task;
        if (ahead.takeBack(this.#comesAfterHead)) continue;
      }
      if (executor.room <= 0) break;
      now ??= clock.now();
      if (gate !== undefined) gate.take(now);
      this.ready.pop();
      if (task.keyed !== undefined) limits!.take(task, now);
      this.#sent.add(task);
      now = executor.run(task, now);
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
    // What it starts may go on for long, and must not keep the context of whoever asked.
    this.#host.atHome(this.#dispatchNow);
  };

  readonly #dispatchNow = () => this.dispatch();

  /** A task may start. */
  add(task: Task): void {
    if (this.#ranking.aging !== Infinity) task.readyAt = this.#host.clock.now();
    const full = task.keyed === undefined ? undefined : this.limits!.fullKeyOf(task);
    if (full !== undefined) return this.limits!.park(task, full);
    this.ready.push(task);
    this.request();
  }

  /** A task that was given to the executor is back, and has not begun. */
  putBack(task: Task): void {
    this.limits?.giveBack(task);
    this.ready.putBack(task);
    this.request();
  }

  /** A task that waits for its turn gets another priority. */
  reprioritize(task: Task, priority: number): void {
    if (priority === task.priority) return;
    const { limits, ready } = this;
    if (limits?.isWaitingAtKey(task)) {
      limits.reprioritize(task, priority);
    } else {
      ready.extract(task);
      task.priority = priority;
      ready.push(task);
    }
    this.request();
  }

  /** Takes back all tasks that have not begun. */
  takeAllBack(): void {
    const { ahead } = this.#host.executor;
    ahead?.takeBack(() => true);
    // What has begun stays where it is, so it has to be sent.
    ahead?.flush();
  }

  /** Nothing is outstanding: no timer is to be left. */
  rest(): void {
    if (this.#gateTimer.timer !== 0) this.#host.timers.remove(this.#gateTimer);
    this.limits?.fade();
  }

  /** The next task that no key holds back; those before it are parked. */
  #nextFree(limits: Limits, now: number | undefined): Task | undefined {
    for (;;) {
      const task = this.ready.peek();
      if (task === undefined || task.keyed === undefined) return task;
      const holder = limits.holderOf(task, now ?? 0);
      if (holder === undefined) return task;
      this.ready.skip();
      limits.park(task, holder);
    }
  }

  /** Whether the rate allows no start now. */
  get #isHeldBack(): boolean {
    return this.#gate !== undefined && this.#gate.opensAt() > this.#host.clock.now();
  }

  #waitForGate(): void {
    if (this.#gateTimer.timer === 0) this.#host.timers.add(this.#gateTimer, this.#gate!.opensAt());
  }
}
