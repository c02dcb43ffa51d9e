/**
 * The rules of what holds tasks back, limits by key and other tasks, and of which goes before which.
 *
 * @module
 */
import { ensure } from "./ensure.ts";
import type { Event } from "./history.ts";
import {
  type Body,
  comesBefore,
  LATE_MS,
  type Model,
  ROUNDED_MS,
  type TaskModel,
  type What,
} from "./model.ts";
import { LIMITS, type LimitScript } from "./program.ts";

/** What one limit counts of one key. */
interface KeyOf {
  readonly limit: LimitScript;
  /** The limit and the key, as one. */
  readonly id: string;
}

/** A start of a task under a fair limit. */
interface Turn {
  readonly task: TaskModel;
  /** What could have started then. */
  readonly others: ReadonlySet<TaskModel>;
  /** At which event the task was back and had not begun: its key has this turn back, and comes first. */
  backAt: number;
}

const NONE: ReadonlySet<TaskModel> = new Set();

/** Whose turn it is when a task starts. */
function turnOf({ script: { priority, hosts } }: TaskModel): string {
  return `${priority} ${hosts}`;
}

/** Keys, turns and sources. */
export class Scheduling {
  readonly #model: Model;
  /** When attempts started, by key. */
  readonly #starts = new Map<string, number[]>();
  #turns: Turn[] = [];

  constructor(model: Model) {
    this.#model = model;
  }

  #keysOf(task: TaskModel): KeyOf[] {
    return LIMITS.flatMap((name) => {
      const limit = this.#model.options[name];
      const key = task.script[name];
      return limit === undefined || key === undefined ? [] : [{ limit, id: `${name}: ${key}` }];
    });
  }

  /**
   * How many of a key run.
   *
   * @param perhaps counts those too that may just have the places back which they have lent, or may be stopping
   */
  #running({ id }: KeyOf, perhaps: boolean): number {
    return this.#model.outstanding.filter((task) => {
      const { place, bodies } = task;
      const body = bodies.at(-1);
      const runs = place === "accepted" || (place === "running" && !body?.lent);
      const may = place === "running" || (place === "retrying" && body && this.#mayStop(body));
      return (runs || (perhaps && may)) && this.#keysOf(task).some((key) => key.id === id);
    }).length;
  }

  /** Whether an attempt that was given up may not have stopped, as far as its queue knows. */
  #mayStop({ worker, told, endedAt }: Body): boolean {
    // The queue hears of an end within the moment of it, but not at once.
    if (worker === undefined) return endedAt >= this.#model.now;
    return !told && this.#model.workers[worker].state !== "gone";
  }

  /** The tasks that keys may hold back. */
  get held(): ReadonlySet<TaskModel> {
    const { options: { hosts, accounts }, outstanding } = this.#model;
    if (hosts === undefined && accounts === undefined) return NONE;
    return new Set(outstanding.filter((task) => this.mayBeHeld(task)));
  }

  /** Whether two tasks have a key in common whose places are limited. */
  share(a: TaskModel, b: TaskModel): boolean {
    const ids = this.#keysOf(a).filter(({ limit }) => limit.workers).map(({ id }) => id);
    return this.#keysOf(b).some(({ id }) => ids.includes(id));
  }

  /** Whether a key may hold a task back. */
  mayBeHeld(task: TaskModel): boolean {
    const since = this.#model.now - LATE_MS;
    return this.#keysOf(task).some((key) => {
      const { limit: { workers = Infinity, rate }, id } = key;
      if (this.#running(key, true) >= workers) return true;
      const starts = this.#starts.get(id) ?? [];
      if (rate === undefined) return false;
      return starts.filter((time) => time > since - rate.interval).length >= rate.limit;
    });
  }

  /** A task has been given to a worker, or has its places again. */
  checkPlaces(task: TaskModel): void {
    for (const key of this.#keysOf(task)) {
      const { workers = Infinity } = key.limit;
      const running = this.#running(key, false);
      ensure("keys", running <= workers, `${running} of ${key.id} run, and ${workers} may`);
    }
  }

  started(task: TaskModel): void {
    const { now } = this.#model;
    for (const { limit: { rate }, id } of this.#keysOf(task)) {
      const starts = this.#starts.get(id) ?? [];
      starts.push(now);
      this.#starts.set(id, starts);
      if (rate === undefined) continue;
      const within = starts.filter((time) => time > now - rate.interval + 1e-6).length;
      ensure("keys", within <= rate.limit, `${within} of ${id} started within ${rate.interval} ms`);
    }
  }

  /** Whether one that waits should have started instead of another. */
  precedes(other: TaskModel, task: TaskModel): boolean {
    const { aging, hosts, accounts } = this.#model.options;
    const [own, others] = [task.script, other.script];
    if (hosts?.fair) {
      if (aging !== undefined) return false;
      if (own.priority !== others.priority) return others.priority < own.priority;
      // A place of an account is kept for the foremost that has waited for it, until its own host has its turn.
      return accounts === undefined && own.hosts === others.hosts && other.number < task.number;
    }
    if (aging === undefined) return comesBefore(other, task);
    // When one that was scheduled or is retried became ready is known within bounds.
    const latest = other.place === "ready"
      ? other.readyBy
      : Math.max(this.#model.stillAt, other.stoppedAt);
    return others.priority * aging + latest + ROUNDED_MS <
      own.priority * aging + task.readyFrom - ROUNDED_MS;
  }

  /** Whether a task that was sent ahead has to make room for one that waits: within a priority it is as good as begun. */
  makesRoom(task: TaskModel, other: TaskModel): boolean {
    const isTurn = this.#model.options.hosts?.fair &&
      other.script.priority === task.script.priority;
    return !isTurn && !this.mayBeHeld(other) && this.precedes(other, task);
  }

  /**
   * A task starts, others wait: keys have their turns.
   *
   * @param at at which event
   */
  checkTurn(task: TaskModel, waiting: readonly TaskModel[], at: number): void {
    const { options: { hosts, accounts, aging, rate }, isPool } = this.#model;
    if (!hosts?.fair || accounts !== undefined || aging !== undefined) return;
    // In which order tasks are dispatched that are sent ahead can't be seen.
    if (isPool && rate === undefined && hosts.rate === undefined) return;
    const own = turnOf(task);
    const owed = this.#turns.filter(({ backAt }) => backAt < at);
    const isOwed = (other: TaskModel) => owed.some((turn) => turnOf(turn.task) === turnOf(other));
    const goesFirst = isOwed(task);
    const turns = this.#turns.filter(({ backAt }) => backAt === Infinity);
    const last = turns.findLastIndex((turn) => turnOf(turn.task) === own);
    const between = new Set(turns.slice(last + 1).map((turn) => turn.task.script.hosts));
    for (const other of waiting) {
      const { script, number } = other;
      if (goesFirst || script.priority !== task.script.priority || turnOf(other) === own) continue;
      ensure("turns", !isOwed(other), `task ${number} has its turn back, and was passed over`);
      const had = last < 0 || between.has(script.hosts) || !turns[last].others.has(other);
      ensure("turns", had, `the key of task ${number} was passed over, ${script.hosts}`);
    }
    this.#turns = this.#turns.filter((turn) => !(owed.includes(turn) && turnOf(turn.task) === own));
    this.#turns.push({ task, others: new Set(waiting), backAt: Infinity });
  }

  /** A task is back that had not begun: its key has its turn back. */
  takenBack(task: TaskModel): void {
    const turn = this.#turns.findLast((turn) => turn.task === task);
    if (turn !== undefined) turn.backAt = this.#model.events;
  }

  /** One that was back just now had its turn all the same: its attempt counts. */
  counted(task: TaskModel): void {
    const turn = this.#turns.findLast((turn) => turn.task === task);
    if (turn !== undefined) turn.backAt = Infinity;
  }

  // Sources

  /** How the tasks stand that a task waits for. */
  sourcesOf({ after }: Pick<TaskModel, "after">): "open" | "succeeded" | "lost" {
    const ends = after.map((source) => this.#model.ends.get(source));
    if (ends.some((end) => end === "failed" || end === "cancelled")) return "lost";
    return ends.every((end) => end === "succeeded") ? "succeeded" : "open";
  }

  /** Some task of some queue has ended. */
  sourceEnded({ at, wall }: Event): void {
    const { outstanding, events } = this.#model;
    for (const task of outstanding) {
      if (task.place !== "blocked" || this.sourcesOf(task) !== "succeeded") continue;
      const { runAt, notBefore } = task;
      // It goes by the time of day as it is now.
      const waits = runAt === undefined ? notBefore > at : runAt > wall;
      task.place = waits ? "waiting" : "ready";
      task.readySince = events;
      task.readyFrom = task.readyBy = at;
    }
  }

  /** A submission for which an outstanding task may stand. */
  deduped({ twins, task, isNew, error }: What<"deduped">): void {
    if (error === "QueueClosedError") return;
    const [twin] = twins;
    ensure("dedupe", twins.length <= 1, "several tasks of one string are outstanding");
    if (twin === undefined) {
      ensure("dedupe", isNew || error !== undefined, "a task that has ended stands for another");
    } else {
      ensure("dedupe", task === twin && !isNew, `task ${twin} does not stand for another`);
    }
  }

  /** Nothing happens for now. */
  still(): void {
    for (const task of this.#model.outstanding) {
      const survives = task.place === "blocked" && this.sourcesOf(task) === "lost";
      ensure("sources", !survives, `task ${task.number} outlived what it waits for`);
    }
  }
}
