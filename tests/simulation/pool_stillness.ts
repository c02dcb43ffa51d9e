/**
 * Checks what must hold of a pool's workers whenever all that could happen at a time has happened.
 *
 * @module
 */
import { ensure, ensureEqual } from "./ensure.ts";
import { GIVE_UP_AFTER_MS, LATE_MS, LOOK_MS, MAX_FAILED_STARTS, type Model } from "./model.ts";
import type { Scheduling } from "./scheduling.ts";

/** A pool looks four times, from when an attempt should have begun, before it holds its worker for stuck. */
const STUCK_LATE_MS = 4 * (LOOK_MS + LATE_MS) + LATE_MS;

/** A worker has at least so long to begin what it was sent. */
const MIN_WAIT_MS = 1_000;

/** See `MAX_FAILED_STARTS`. */
const TRY_AGAIN_MS = 1_000;

/**
 * What waits fails when three starts have, others have begun nothing for `startTimeout`, and one more start has failed that
 * had its time to wait for: six times as long as a start takes at the most, all in all.
 */
const HOPELESS_STARTS = 6;

/** How the workers of a pool stand in between. */
export class PoolStillness {
  readonly #model: Model;
  readonly #scheduling: Scheduling;
  /** Since when there have been more workers than are kept warm. */
  #tooManySince = Infinity;

  constructor(model: Model, scheduling: Scheduling) {
    this.#model = model;
    this.#scheduling = scheduling;
  }

  check(): void {
    this.#checkStuck();
    this.#checkAhead();
    this.#checkHolds();
    this.#checkIdle();
  }

  /** What was sent ahead comes after what waits. */
  #checkAhead(): void {
    const { started, paused, outstanding, options: { pool } } = this.#model;
    if (!started || paused !== false || pool.fullAt < Infinity) return;
    const waiting = outstanding.filter(({ place }) => place === "ready");
    if (waiting.length === 0) return;
    for (const task of outstanding) {
      const begun = task.bodies.at(-1)?.attempt === task.attempts + 1;
      if (task.place !== "accepted" || begun) continue;
      for (const other of waiting) {
        const hidden = !other.script.sendable;
        ensure(
          "order",
          hidden || !this.#scheduling.makesRoom(task, other),
          `${other.number} waits behind ${task.number}`,
        );
      }
    }
  }

  /** No worker that is stuck keeps a task. */
  #checkStuck(): void {
    const { outstanding, now, freeAt, options: { pool: { startTimeout } } } = this.#model;
    for (const { place, bodies, attempts, startedAt, number, script } of outstanding) {
      if (place !== "running" || bodies.at(-1)?.attempt === attempts) continue;
      const most = Math.min(startTimeout, Math.max(script.timeout ?? startTimeout, MIN_WAIT_MS));
      const stuck = now > Math.max(startedAt + most, freeAt) + STUCK_LATE_MS;
      ensure("stuck workers", !stuck, `task ${number} is kept by a worker that does not begin it`);
    }
  }

  #checkIdle(): void {
    const model = this.#model;
    const { minWorkers, idleTimeout } = model.options.pool;
    const workers = model.livingWorkers.filter(({ killedAt }) => killedAt === undefined);
    if (workers.length <= minWorkers) {
      this.#tooManySince = Infinity;
      return;
    }
    this.#tooManySince = Math.min(this.#tooManySince, model.now);
    for (const { state, idleSince, id } of workers) {
      // It is looked at once they are more than `minWorkers`, and once more when it is due.
      const due = Math.max(idleSince, this.#tooManySince) + 2 * (idleTimeout + LATE_MS);
      ensure(
        "idle workers",
        state !== "ready" || model.now <= due,
        `worker ${id} is kept too long`,
      );
    }
  }

  /** A worker keeps the program alive while it has something to do. */
  #checkHolds(): void {
    const model = this.#model;
    for (const { state, killedAt, held, tasks, id } of model.livingWorkers) {
      if (state !== "ready" || killedAt !== undefined) continue;
      if (tasks.size === 0) ensure("settling", !held, `worker ${id} is held with nothing to do`);
    }
    for (const { worker } of model.live) {
      const held = worker === undefined || model.workers[worker].held ||
        model.workers[worker].killedAt !== undefined;
      ensure("settling", held, "a worker at work doesn't keep the program alive");
    }
  }

  /** No worker is free, and none could be started. */
  checkNoneIsFree(): void {
    const model = this.#model;
    const { limit, workersThatCount: workers } = model;
    const ready = workers.filter(({ state, killedAt }) =>
      state === "ready" && killedAt === undefined
    );
    const ending = workers.filter(({ killedAt, tasks }) =>
      killedAt !== undefined && tasks.size > 0
    );
    // What is told to end is at work until it is gone.
    if (ending.length > 0 && ready.length + ending.length > limit) return;
    const idle = ready.filter(({ tasks }) => tasks.size === 0);
    ensureEqual("workers", idle.length, 0, "workers that are free though a task waits");
    const starting = workers.some(({ state }) => state === "starting");
    ensure(
      "workers",
      starting || (ready.length > 0 && this.#awaitsTrial()) || workers.length >= limit,
      "a task waits though a worker could be started",
    );
    const isHopeless = ready.length > 0 && ready.length + ending.length < limit &&
      this.#isHopeless();
    ensure(
      "workers",
      !isHopeless,
      "a task waits for workers that hang, and no other can be started",
    );
  }

  /** Whether so many starts have failed that the next waits for its time. */
  #awaitsTrial(): boolean {
    const { now, failedStarts, failedStartAt, options: { pool } } = this.#model;
    if (failedStarts < MAX_FAILED_STARTS) return false;
    const pause = TRY_AGAIN_MS * 2 ** (failedStarts - MAX_FAILED_STARTS);
    return now <= failedStartAt + Math.min(pause, pool.startTimeout) + LATE_MS;
  }

  /** Whether starts fail and nothing else has gone on for so long that what waits should have failed too. */
  #isHopeless(): boolean {
    const { now, failedStarts, quietSince, outstanding, options } = this.#model;
    if (failedStarts < MAX_FAILED_STARTS) return false;
    // A rate may have held back what waits.
    const held = options.rate === undefined ? 0 : 1_000;
    const start = options.pool.startTimeout + GIVE_UP_AFTER_MS + LATE_MS;
    const since = now - held - HOPELESS_STARTS * start;
    return quietSince < since &&
      outstanding.some((task) =>
        (task.place === "ready" ||
          ((task.place === "waiting" || task.place === "retrying") && task.notAfter < since)) &&
        !this.#scheduling.mayBeHeld(task)
      );
  }
}
