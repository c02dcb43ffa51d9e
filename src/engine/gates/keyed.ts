import type { Clock } from "../../base/clock.ts";
import { Heap } from "../../base/heap.ts";
import type { Timed, Timers } from "../../base/timers.ts";
import type { Keys } from "../../task/options.ts";
import { NOWHERE, type Place } from "../../task/place.ts";
import type { Task } from "../../task/task.ts";
import type { FairKey } from "../fair_queue.ts";
import type { KeyLoad, LimitOptions } from "../options.ts";
import type { Ranking } from "../rank.ts";
import { type StartGate, startGate } from "./starts.ts";

/** Fewer dead entries than these are not worth a sweep. */
const MIN_SWEEP = 32;

/** What limits by key need of their engine. */
export interface LimitsHost {
  readonly clock: Clock;
  readonly timers: Timers;
  /** A task that was parked is to wait among the ready ones again. */
  unparked(task: Task): void;
  /** A task that waits among the ready ones is to be parked: takes it out there. */
  recall(task: Task): void;
}

/** A task that has lent its places and wants them back. */
interface Regaining {
  readonly task: Task;
  readonly regained: () => void;
}

/** What is counted of one key under one limit. */
class Key implements FairKey, Timed {
  readonly name: string;
  readonly limit: Limit;
  /** Tasks with it that have not ended. */
  tasks = 0;
  /** Places that are taken. */
  active = 0;
  readonly gate: StartGate | undefined;
  /** Tasks that it holds back, by rank, removed ones included; how many there are. */
  parked: Heap<Task> | undefined = undefined;
  waiting = 0;
  /** The foremost of them, when there is room: it waits for its turn among the ready tasks. */
  returned: Task | undefined = undefined;
  regaining: Set<Regaining> | undefined = undefined;
  /** The keys of a task that has no other. */
  readonly alone: readonly Key[] = [this];
  owed: Set<number> | undefined = undefined;
  timer = 0;
  readonly #owner: Limits;

  constructor(owner: Limits, limit: Limit, name: string) {
    this.#owner = owner;
    this.limit = limit;
    this.name = name;
    const { rate, burst } = limit.options;
    this.gate = rate === undefined ? undefined : startGate(rate, burst);
  }

  get isFull(): boolean {
    return this.active >= this.limit.workers;
  }

  /** Its rate allows a start again. */
  expire(): void {
    this.#owner.offer(this);
  }
}

/** One limit, with those of its keys that are not idle. */
class Limit {
  readonly workers: number;
  readonly isFair: boolean;
  readonly keys = new Map<string, Key>();
  /** Keys that are idle, and whose earlier starts still count. */
  readonly fading = new Set<Key>();
  readonly name: string;
  readonly options: LimitOptions;

  constructor(name: string, options: LimitOptions) {
    this.name = name;
    this.options = options;
    this.workers = options.workers ?? Infinity;
    this.isFair = options.fair ?? false;
  }
}

/** A task under limits: its keys, and where it stands. */
class Keyed {
  /** Whether it has taken its places. */
  hasPlaces = false;
  /** The key that it is parked at. */
  parkedAt: Key | undefined = undefined;

  readonly keys: readonly Key[];
  readonly fair: Key | undefined;

  constructor(keys: readonly Key[], fair: Key | undefined) {
    this.keys = keys;
    this.fair = fair;
  }
}

/**
 * The limits by key of a queue, and the place of the tasks that they hold back.
 *
 * How it works: when a task that is ready comes to its turn and one of its keys has no room, it is parked at that key. When the key
 * has room, the foremost task that is parked there goes back to the ready ones, one at a time; there it has its turn by its
 * rank, or is parked at another key, and the next one follows. So what a key holds back is looked at when that key has
 * room, and never in the way of others.
 */
export class Limits implements Place<Task> {
  readonly status = "pending";
  size = 0;
  /** Whether any limit is a rate, so that starts have to be seen. */
  readonly hasRates: boolean;
  readonly #limits: readonly Limit[];
  readonly #keyless: FairKey = { owed: undefined };
  readonly #ranking: Ranking;
  readonly #host: LimitsHost;

  constructor(
    limits: Readonly<Record<string, LimitOptions>>,
    ranking: Ranking,
    host: LimitsHost,
  ) {
    this.#limits = Object.entries(limits).map(([name, options]) => new Limit(name, options));
    this.hasRates = this.#limits.some(({ options }) => options.rate !== undefined);
    this.#ranking = ranking;
    this.#host = host;
  }

  /** Whether keys take turns under one of them. */
  get isFair(): boolean {
    return this.#limits.some(({ isFair }) => isFair);
  }

  /** How many keys are remembered. */
  get keys(): number {
    return this.#limits.reduce((sum, { keys }) => sum + keys.size, 0);
  }

  /** What waits and runs under each key that has tasks. */
  *loads(): Iterable<KeyLoad> {
    for (const { name: limit, keys } of this.#limits) {
      for (const { name: key, tasks, active } of keys.values()) {
        if (tasks > 0) yield { limit, key, waiting: tasks - active, running: active };
      }
    }
  }

  /** Which key of the fair limit a task has; those without one form one. */
  readonly fairKeyOf = (task: Task): FairKey =>
    (task.keyed as Keyed | undefined)?.fair ?? this.#keyless;

  /** A task is new: it counts under its keys. */
  admit(task: Task, keys: Keys): void {
    let own: readonly Key[] | undefined;
    let fair: Key | undefined;
    for (const limit of this.#limits) {
      const name: unknown = keys[limit.name];
      // An object inherits functions, which are no keys.
      if (typeof name !== "string" && typeof name !== "number") continue;
      const key = this.#key(limit, `${name}`);
      key.tasks++;
      own = own === undefined ? key.alone : [...own, key];
      if (limit.isFair) fair = key;
    }
    if (own !== undefined) task.keyed = new Keyed(own, fair);
  }

  /** Which of its keys holds a task back. */
  holderOf(task: Task, now: number): Key | undefined {
    for (const key of (task.keyed as Keyed).keys) {
      if (key.isFull || (key.gate !== undefined && key.gate.opensAt() > now)) return key;
    }
    return undefined;
  }

  /** Which of its keys has no place for a task. */
  fullKeyOf(task: Task): Key | undefined {
    return (task.keyed as Keyed).keys.find((key) => key.isFull);
  }

  /** A task is held back by a key. It is in no place. */
  park(task: Task, key: Key): void {
    this.#put(task, key);
    this.#decided(task);
    // The room that it was returned for has been taken by another since.
    const { returned } = key;
    if (returned !== undefined && this.#ranking.isBefore(task, returned)) this.#recall(key);
    this.offer(key);
  }

  /** The foremost task of a key waits at the key again. */
  #recall(key: Key): void {
    const { returned } = key;
    if (returned === undefined) return;
    key.returned = undefined;
    this.#host.recall(returned);
    this.#put(returned, key);
  }

  #put(task: Task, key: Key): void {
    task.place = this;
    this.size++;
    key.waiting++;
    (task.keyed as Keyed).parkedAt = key;
    key.parked ??= new Heap();
    key.parked.push(task, this.#ranking.rank(task), task.order);
  }

  remove(task: Task): boolean {
    const keyed = task.keyed as Keyed;
    const key = keyed.parkedAt!;
    keyed.parkedAt = undefined;
    task.place = NOWHERE;
    this.size--;
    key.waiting--;
    const { parked } = key;
    if (parked!.size - key.waiting > Math.max(MIN_SWEEP, key.waiting)) {
      parked!.sweep((task, _order, rank) => this.#isParked(task, key, rank));
    }
    if (key.waiting === 0) this.#host.timers.remove(key);
    return true;
  }

  *items(): Iterable<Task> {
    for (const { keys } of this.#limits) {
      for (const key of keys.values()) {
        const tasks = new Set<Task>();
        key.parked?.forEach((task, _order, rank) => {
          if (this.#isParked(task, key, rank)) tasks.add(task);
        });
        yield* tasks;
      }
    }
  }

  /** A task's turn has come, and it starts. */
  take(task: Task, now: number): void {
    const keyed = task.keyed as Keyed;
    keyed.hasPlaces = true;
    for (const key of keyed.keys) {
      key.active++;
      key.gate?.take(now);
    }
    this.#decided(task);
  }

  /** A task gives its places back, if it has taken them. */
  giveBack(task: Task): void {
    const keyed = task.keyed as Keyed | undefined;
    if (keyed === undefined || !keyed.hasPlaces) return;
    keyed.hasPlaces = false;
    for (const key of keyed.keys) key.active--;
    for (const key of keyed.keys) this.offer(key);
  }

  /**
   * A task that has lent its places asks for them.
   *
   * @param regained Called, perhaps at once, when it has them.
   * @returns Takes the request back.
   */
  regain(task: Task, regained: () => void): () => void {
    const keyed = task.keyed as Keyed | undefined;
    const full = keyed?.keys.find((key) => key.isFull);
    if (full === undefined) {
      if (keyed !== undefined) {
        keyed.hasPlaces = true;
        for (const key of keyed.keys) key.active++;
      }
      regained();
      return () => {};
    }
    let withdraw: () => void;
    const request: Regaining = {
      task,
      regained: () => withdraw = this.regain(task, regained),
    };
    (full.regaining ??= new Set()).add(request);
    withdraw = () => full.regaining!.delete(request);
    return () => withdraw();
  }

  /** A task has ended. It is in no place. */
  ended(task: Task): void {
    const { keys, hasPlaces } = task.keyed as Keyed;
    task.keyed = undefined;
    for (const key of keys) {
      if (hasPlaces) key.active--;
      if (key.returned === task) key.returned = undefined;
      key.tasks--;
    }
    for (const key of keys) {
      if (key.tasks === 0) this.#rest(key);
      else this.offer(key);
    }
  }

  /**
   * A task that waits at one of its keys is to have another priority: the foremost there may be another one then.
   */
  reprioritize(task: Task, priority: number): void {
    const keyed = task.keyed as Keyed;
    const key = keyed.parkedAt ?? keyed.keys.find(({ returned }) => returned === task)!;
    // Another that waits for its turn keeps its place there, unless this one is to go before it.
    if (key.returned === task) this.#recall(key);
    this.remove(task);
    task.priority = priority;
    this.park(task, key);
  }

  /** Whether a task waits at one of its keys, also where it waits for its turn now. */
  isWaitingAtKey(task: Task): boolean {
    const keyed = task.keyed as Keyed | undefined;
    return keyed !== undefined &&
      (keyed.parkedAt !== undefined || keyed.keys.some(({ returned }) => returned === task));
  }

  /** Lets the foremost go on that waits for a key, if there is room. */
  offer(key: Key): void {
    if (key.regaining !== undefined) {
      for (const request of key.regaining) {
        if (key.isFull) return;
        key.regaining.delete(request);
        request.regained();
      }
    }
    if (key.returned !== undefined || key.waiting === 0 || key.isFull) return;
    const opensAt = key.gate?.opensAt() ?? -Infinity;
    const { clock, timers } = this.#host;
    if (opensAt > clock.now()) {
      if (key.timer === 0) timers.add(key, opensAt);
      return;
    }
    const parked = key.parked!;
    while (!this.#isParked(parked.peek()!, key, parked.firstKey!)) parked.pop();
    const task = parked.pop()!;
    this.remove(task);
    key.returned = task;
    this.#host.unparked(task);
  }

  /** Forgets the keys whose earlier starts count no more. */
  fade(): void {
    for (const limit of this.#limits) this.#fade(limit, Infinity);
  }

  /** A task that was returned has had its turn: the next of its key comes. */
  #decided(task: Task): void {
    for (const key of (task.keyed as Keyed).keys) {
      if (key.returned !== task) continue;
      key.returned = undefined;
      this.offer(key);
    }
  }

  #isParked(task: Task, key: Key, rank: number): boolean {
    return task.place === this && (task.keyed as Keyed).parkedAt === key &&
      this.#ranking.rank(task) === rank;
  }

  #key(limit: Limit, name: string): Key {
    let key = limit.keys.get(name);
    if (key === undefined) {
      // Each new one makes room for those to come.
      this.#fade(limit, 2);
      limit.keys.set(name, key = new Key(this, limit, name));
    }
    return key;
  }

  /** No task of a key is left. */
  #rest(key: Key): void {
    const { limit, gate } = key;
    // It may be there from when it was idle before. Once it is forgotten its name may be another key's.
    limit.fading.delete(key);
    if (gate === undefined || gate.restsAt <= this.#host.clock.now()) limit.keys.delete(key.name);
    else limit.fading.add(key);
  }

  #fade(limit: Limit, most: number): void {
    const { fading } = limit;
    if (fading.size === 0) return;
    const now = this.#host.clock.now();
    let left = most;
    for (const key of fading) {
      if (left-- === 0 || (key.tasks === 0 && key.gate!.restsAt > now)) break;
      fading.delete(key);
      if (key.tasks === 0) limit.keys.delete(key.name);
    }
  }
}
