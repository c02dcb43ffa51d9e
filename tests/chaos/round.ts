/**
 * One queue of a lane, from its making to its end, with everything done to it that should not harm it.
 *
 * @module
 */
import { delay } from "@std/async";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import {
  importTasks,
  type PoolOptions,
  ProcessQueue,
  type TaskGroup,
  type TaskHandle,
  type TaskOptions,
  type TaskResult,
  ThreadQueue,
} from "../../mod.ts";
import type { Random } from "../random.ts";
import { type Act, actsOf, isEndless, isKilling, type LaneName } from "./acts.ts";
import { judge, type Story } from "./judge.ts";
import { children, nameOf } from "./liveness.ts";
import { read } from "./log.ts";
import { soon } from "./patience.ts";
import { answer, type Order } from "./tasks.ts";

const { enlist, perform } = importTasks<typeof import("./tasks.ts")>(
  new URL("./tasks.ts", import.meta.url),
);

/** Where processes leave what they share, each under the id of its parent. */
const SHARED_MEMORY = "/dev/shm";
/** The most tasks that have not ended at a time. */
const MOST = 80;
/** A task that never ends by itself has so many milliseconds to stop, before its retry would start anyway. */
const GRACE = 20_000;

/** What has happened in a round. */
export interface Report {
  readonly tasks: number;
  readonly attempts: number;
  /** How the tasks ended. */
  readonly outcomes: Readonly<Record<TaskResult["status"], number>>;
  /** How often workers were killed, by kind. */
  readonly kills: ReadonlyMap<string, number>;
  /** What cannot be. */
  readonly faults: readonly string[];
}

/** A task that was submitted. */
interface Entry {
  readonly handle: TaskHandle;
  readonly order: Order;
  readonly retries: number;
  readonly hasTimeout: boolean;
  cancelled: boolean;
}

/** What is done to a queue, and how often in proportion. */
const DEEDS = {
  submit: 30,
  "submit a batch": 4,
  strike: 30,
  "cancel a task": 6,
  "cancel a group": 2,
  "abort a signal": 2,
  resize: 3,
  pause: 2,
};

/** What is done to a child from outside, and how often in proportion. */
const STRIKES = {
  "SIGKILL": 6,
  "SIGTERM": 2,
  "SIGSTOP, then SIGKILL": 2,
  "SIGSTOP, then SIGCONT": 2,
};

export class Round {
  readonly #lane: LaneName;
  readonly #random: Random;
  readonly #folder: string;
  /** Where children write that they are ready. */
  readonly #roll: string;
  readonly #queue: ThreadQueue | ProcessQueue;
  readonly #acts: Partial<Record<Act, number>>;
  readonly #entries = new Map<string, Entry>();
  readonly #groups: TaskGroup<unknown>[] = [];
  readonly #results = new Map<string, TaskResult[]>();
  readonly #errors = new Map<string, unknown[]>();
  readonly #kills = new Map<string, number>();
  readonly #faults: string[] = [];
  /** Children that were told to end, and may not have yet. */
  readonly #struck = new Set<string>();
  readonly #later = new Set<Promise<void>>();
  #controller = new AbortController();
  #orders = 0;

  /**
   * @param lane where
   * @param random what decides
   * @param folder for logs
   */
  constructor(lane: LaneName, random: Random, folder: string) {
    this.#lane = lane;
    this.#random = random;
    this.#folder = mkdtempSync(join(folder, "round-"));
    this.#roll = join(this.#folder, "ready");
    writeFileSync(this.#roll, "");
    this.#acts = actsOf(lane, random.chance(0.4));
    const options = this.#drawOptions();
    this.#queue = lane === "thread" ? new ThreadQueue(options) : new ProcessQueue({
      ...options,
      killDelay: random.between(20, 200),
      initializer: enlist,
      initArgs: [this.#roll],
    });
  }

  /**
   * Runs it.
   *
   * @param deeds how much is done to the queue
   * @param until when no more is, by `performance.now()`
   */
  async run(deeds: number, until = Infinity): Promise<Report> {
    await this.#queue.start();
    for (let deed = 0; deed < deeds && performance.now() < until; deed++) {
      this.#do(this.#random.weighted(DEEDS));
      // Now and then workers get to rest.
      await delay(this.#random.between(0, this.#random.chance(0.05) ? 80 : 10));
    }
    await this.#end();
    return this.#report();
  }

  #drawOptions(): PoolOptions {
    const random = this.#random;
    const workers = random.between(1, 6);
    return {
      workers,
      minWorkers: random.chance(0.5) ? 0 : random.between(1, workers),
      idleTimeout: random.pick(0, 5, 50, 1000),
      recycleAfter: random.pick(1, 3, 20, Infinity, Infinity),
      retain: random.pick("all", "none", 10),
      onComplete: (result) => note(this.#results, result.id, result),
      onRetry: (handle, error) => note(this.#errors, handle.id, error),
    };
  }

  #do(deed: keyof typeof DEEDS): void {
    const random = this.#random;
    const queue = this.#queue;
    switch (deed) {
      case "submit":
        for (let count = random.between(1, 8); count > 0; count--) this.#submit();
        break;
      case "submit a batch":
        return this.#submitBatch();
      case "strike":
        if (this.#lane === "process") this.#strike(random.weighted(STRIKES));
        else this.#submit(random.weighted(this.#acts));
        break;
      case "cancel a task": {
        const { handle } = this.#any() ?? {};
        if (handle !== undefined) this.#cancel([handle], () => handle.cancel());
        break;
      }
      case "cancel a group": {
        if (this.#groups.length === 0) break;
        const group = random.pick(...this.#groups);
        this.#cancel(group.handles, () => group.cancel());
        break;
      }
      case "abort a signal": {
        const controller = this.#controller;
        const follow = [...this.#entries.values()]
          .filter(({ handle }) => handle.metadata === controller.signal)
          .map(({ handle }) => handle);
        this.#controller = new AbortController();
        this.#cancel(follow, () => controller.abort());
        break;
      }
      case "resize":
        queue.workers = random.between(1, 8);
        break;
      case "pause":
        queue.pause();
        this.#soon(random.between(0, 20), () => queue.resume());
        break;
    }
  }

  // Submitting

  /** Submits a task whose first attempts do as they are told, and the last as a rule returns. */
  #submit(act?: Act): void {
    if (this.#outstanding >= MOST) return;
    const random = this.#random;
    const acts = Array.from(
      { length: random.between(0, 2) },
      () => random.weighted(this.#acts),
    );
    if (act !== undefined) acts.unshift(act);
    acts.push(random.chance(0.8) ? "work" : random.weighted(this.#acts));
    const retries = random.between(0, acts.length);
    const order = this.#order(acts, retries);
    const options = this.#taskOptions(acts, retries);
    this.#keep(this.#queue.submit(perform, [order], options), order, options);
  }

  /** Submits short tasks, which are sent several at a time. */
  #submitBatch(): void {
    if (this.#outstanding >= MOST) return;
    const random = this.#random;
    const retries = random.between(0, 2);
    const orders = Array.from(
      { length: random.between(2, 60) },
      () => this.#order(random.chance(0.95) ? ["work"] : [random.weighted(this.#acts)], retries),
    );
    const options = this.#taskOptions(orders.flatMap(({ acts }) => acts), retries);
    const items = orders.map((order) => [order] as [Order]);
    const group = this.#queue.group(perform, items, options);
    this.#groups.push(group);
    group.handles.forEach((handle, index) => this.#keep(handle, orders[index], options));
  }

  #order(acts: readonly Act[], retries: number): Order {
    const input = this.#random.between(0, 10_000);
    const log = join(this.#folder, String(this.#orders++));
    if (this.#lane === "process") return { log, input, acts };
    const pulses = new Int32Array(new SharedArrayBuffer(4 * (retries + 2)));
    return { log, input, acts, pulses };
  }

  #taskOptions(acts: readonly Act[], retries: number): TaskOptions {
    const random = this.#random;
    const timeout = acts.some(isEndless)
      ? random.between(20, 200)
      : random.chance(0.1)
      ? random.between(1, 50)
      : undefined;
    const { signal } = this.#controller;
    return {
      retries,
      priority: random.between(1, 5),
      grace: acts.includes("deaf to its signal") ? random.between(0, 50) : GRACE,
      ...(timeout !== undefined && { timeout }),
      ...(random.chance(0.5) && { retryDelay: random.between(1, 20) }),
      ...(random.chance(0.1) && { delay: random.between(1, 30) }),
      ...(random.chance(0.1) && { mustComplete: true }),
      ...(random.chance(0.1) && { signal, metadata: signal }),
    };
  }

  #keep(handle: TaskHandle, order: Order, { retries, timeout }: TaskOptions): void {
    const hasTimeout = timeout !== undefined;
    this.#entries.set(handle.id, {
      handle,
      order,
      retries: retries!,
      hasTimeout,
      cancelled: false,
    });
  }

  get #outstanding(): number {
    const { pending, scheduled, active } = this.#queue.stats;
    return pending + scheduled + active;
  }

  /** A task, perhaps one that has not ended. */
  #any(): Entry | undefined {
    const entries = [...this.#entries.values()];
    const open = entries.filter(({ handle }) => !handle.done);
    const among = open.length > 0 && this.#random.chance(0.9) ? open : entries;
    return among.length === 0 ? undefined : this.#random.pick(...among);
  }

  // Harming

  #cancel(handles: readonly TaskHandle[], cancel: () => void): void {
    const open = handles.filter(({ done }) => !done);
    cancel();
    for (const { id } of open) this.#entries.get(id)!.cancelled = true;
  }

  #strike(kind: keyof typeof STRIKES): void {
    // When too many are killed while they start no task is ever run.
    const ready = new Set(readFileSync(this.#roll, "utf8").split("\n"));
    const anyOne = this.#random.chance(0.05);
    const victims = children()
      .filter(({ name }) => (anyOne || ready.has(name)) && !this.#struck.has(name));
    if (victims.length === 0) return;
    const { pid, name } = this.#random.pick(...victims);
    const send = (signal: string) => {
      // Its id is another's as soon as it has been given away.
      if (nameOf(pid) === name) process.kill(pid, signal);
    };
    if (kind !== "SIGSTOP, then SIGCONT") {
      this.#struck.add(name);
      this.#count(kind);
    }
    const [first, second] = kind.split(", then ");
    send(first);
    if (second !== undefined) this.#soon(this.#random.between(1, 60), () => send(second));
  }

  #soon(ms: number, act: () => void): void {
    const done = delay(ms).then(() => {
      act();
      this.#later.delete(done);
    });
    this.#later.add(done);
  }

  #count(kind: string): void {
    this.#kills.set(kind, (this.#kills.get(kind) ?? 0) + 1);
  }

  // Ending

  async #end(): Promise<void> {
    const force = this.#random.chance(0.15);
    const end = async () => {
      if (!force) return this.#queue.shutdown();
      const open = [...this.#entries.values()].map(({ handle }) => handle);
      let closed: Promise<void> | undefined;
      this.#cancel(open, () => closed = this.#queue.cancel());
      await closed;
    };
    // A child that is stopped goes on before the end is waited for.
    await Promise.all(this.#later);
    let ended = false;
    end().then(() => ended = true);
    const attempts = () => this.#queue.stats.completed + this.#queue.stats.retried;
    if (await soon(() => ended, attempts)) {
      // A thread that was busy may still be so when its queue no longer waits for it.
      await soon(() => this.#queue.stats.abandoned === 0);
      return;
    }
    this.#faults.push(`The queue did not come to rest: ${JSON.stringify(this.#queue.stats)}`);
  }

  #report(): Report {
    const stories = [...this.#entries.values()].map((entry) => this.#story(entry));
    const startsMayFail = this.#lane === "process";
    const outcomes = { succeeded: 0, failed: 0, cancelled: 0 };
    let attempts = 0;
    for (const { lines, results: [result] } of stories) {
      if (result !== undefined) outcomes[result.status]++;
      attempts += result?.attempts ?? 0;
      for (const line of lines) {
        if (line.kind === "begin" && isKilling(line.act)) this.#count(line.act);
      }
    }
    const faults = [
      ...this.#faults,
      ...judge(stories, { startsMayFail }),
      ...this.#miscounts(outcomes),
      ...this.#leftFiles(),
    ];
    rmSync(this.#folder, { recursive: true });
    return { tasks: stories.length, attempts, outcomes, kills: this.#kills, faults };
  }

  #story({ handle: { id }, order, retries, hasTimeout, cancelled }: Entry): Story {
    return {
      id,
      answer: answer(order.input),
      retries,
      hasTimeout,
      cancelled,
      results: this.#results.get(id) ?? [],
      errors: this.#errors.get(id) ?? [],
      lines: read(order.log),
    };
  }

  #miscounts(outcomes: Report["outcomes"]): string[] {
    const { stats } = this.#queue;
    const retried = [...this.#errors.values()].flat().length;
    const completed = this.#entries.size;
    const expected = {
      ...{ pending: 0, scheduled: 0, active: 0, completed, ...outcomes, retried },
      ...{ abandoned: 0, workers: 0, closed: true },
    };
    return Object.entries(expected)
      .filter(([name, count]) => stats[name as keyof typeof stats] !== count)
      .map(([name, count]) =>
        `stats.${name} is ${stats[name as keyof typeof stats]}, not ${count}`
      );
  }

  #leftFiles(): string[] {
    const shared = existsSync(SHARED_MEMORY) ? readdirSync(SHARED_MEMORY) : [];
    return [
      ...shared.filter((name) => name.startsWith(`trilane-${process.pid}-`)),
      ...readdirSync(join(this.#folder, "..")).filter((name) => name.startsWith("trilane-")),
    ].map((name) => `The file ${name} is left`);
  }
}

function note<T>(lists: Map<string, T[]>, id: string, item: T): void {
  const list = lists.get(id);
  if (list === undefined) lists.set(id, [item]);
  else list.push(item);
}
