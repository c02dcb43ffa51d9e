/**
 * What the conformance tests have in common: a queue that is gone after the test, files to steer tasks
 * by, and events to wait for.
 *
 * @module
 */
import { assert, assertEquals, assertFalse, assertStrictEquals } from "@std/assert";
import { delay } from "@std/async";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type {
  PlainHandle,
  QueueOptions,
  QueueStats,
  RunSummary,
  TaskHandle,
  TaskQueue,
  TaskResult,
} from "../../mod.ts";
import { VirtualClock } from "../../src/testing/virtual_clock.ts";
import { keepReports } from "../strays.ts";
import { makeFolder, removeFolder } from "../temporary_folder.ts";
import type { Lane } from "./lanes.ts";

// deno-lint-ignore no-explicit-any -- a constructor may take anything
type ErrorClass = new (...args: any[]) => Error;

/** Far above what anything here takes: it turns a hang into a failure that has a name. */
const PATIENCE = 20_000;

/** A machine that takes longer for a few steps of a test is broken. */
const MAX_TIME = 5_000;

/** Longer than any test takes: for what must not come by itself, whether the time is the test's, the system's or a server's. */
export const HOUR = 3_600_000;

/**
 * Runs a test's body with a queue of the lane, which is shut down by force afterwards.
 *
 * It also asserts that nothing is left then: no outstanding task, no abandoned work and, on a virtual
 * clock, no timer.
 *
 * @param lane where to run
 * @param options the queue's options
 * @param body the test
 */
export async function withQueue(
  lane: Lane,
  options: QueueOptions,
  body: (queue: TaskQueue, desk: Desk) => Promise<void>,
): Promise<void> {
  const queue = lane.create(options);
  const desk = new Desk();
  // On a virtual clock a queue that waits for its workers has nothing that keeps the event loop alive.
  const alive = setInterval(() => {}, PATIENCE);
  try {
    await body(queue, desk);
  } finally {
    desk[Symbol.dispose]();
    await queue.cancel();
    await eventually(() => queue.stats.abandoned === 0, "abandoned work has ended");
    clearInterval(alive);
  }
  const { pending, scheduled, active } = queue.stats;
  assertEquals({ pending, scheduled, active }, { pending: 0, scheduled: 0, active: 0 });
  if (options.clock instanceof VirtualClock) {
    await options.clock.drain();
    assertEquals(options.clock.pendingTimers, 0, "timers are left");
  }
}

/** A folder of the test's own. */
export class Desk implements Disposable {
  #path: string | undefined;

  /** The path of a file in it. */
  file(name: string): string {
    this.#path ??= makeFolder();
    return join(this.#path, name);
  }

  /** Makes files: opens the gates that wait for them. */
  open(...names: string[]): void {
    for (const name of names) writeFileSync(this.file(name), "");
  }

  /** The lines that tasks wrote to a file. */
  lines(name: string): string[] {
    try {
      return readFileSync(this.file(name), "utf8").split("\n").slice(0, -1);
    } catch {
      return [];
    }
  }

  /** Resolves once a file has these lines. */
  async noted(name: string, lines: string[]): Promise<void> {
    await eventually(() => this.lines(name).length >= lines.length, `${lines.length} lines`);
    assertEquals(this.lines(name), lines);
  }

  /** Removes it with all its files, which opens all gates. */
  [Symbol.dispose](): void {
    if (this.#path !== undefined) removeFolder(this.#path);
  }
}

/** Sees what a queue does, through its hooks: pass `hooks` with the queue's options. */
export class Watch {
  /** The handle of each attempt that started. */
  readonly started: TaskHandle[] = [];
  /** The results of the tasks that ended. */
  readonly completed: TaskResult[] = [];
  /** Each attempt that is to be retried: its task's handle and its error. */
  readonly retried: { handle: TaskHandle; error: unknown }[] = [];
  /** All progress that was reported. */
  readonly progress: { handle: TaskHandle; data: unknown }[] = [];
  /** The time of each start, if the clock to read was given. */
  readonly startTimes: number[] = [];
  #changed = Promise.withResolvers<void>();

  readonly #clock: VirtualClock | undefined;

  /** @param clock the queue's clock */
  constructor(clock?: VirtualClock) {
    this.#clock = clock;
  }

  /** The options that connect it. */
  readonly hooks = {
    onStart: (handle: TaskHandle) => {
      this.startTimes.push(this.#clock?.now() ?? 0);
      this.#see(this.started, handle);
    },
    onComplete: (result: TaskResult) => this.#see(this.completed, result),
    onRetry: (handle: TaskHandle, error: unknown) => this.#see(this.retried, { handle, error }),
    onProgress: (handle: TaskHandle, data: unknown) => this.#see(this.progress, { handle, data }),
  } satisfies QueueOptions;

  /** The names of the tasks whose attempts started, in order. */
  get startedNames(): string[] {
    return this.started.map((handle) => handle.name);
  }

  /** Resolves once the condition holds, which is looked at after each event. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await this.#changed.promise;
  }

  /** Resolves once an attempt of a waiting task has begun. */
  async begun(handle: PlainHandle, attempt = 1): Promise<void> {
    await this.until(() => handle.progress === attempt || handle.done);
    assertEquals(handle.progress, attempt, `attempt of ${handle.name}, ${handle.status}`);
  }

  #see<T>(list: T[], item: T): void {
    list.push(item);
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

/** Runs a body with a started queue on a virtual clock whose starts are watched. */
export function watched(
  lane: Lane,
  options: QueueOptions,
  body: (queue: TaskQueue, clock: VirtualClock, watch: Watch) => Promise<void>,
): Promise<void> {
  const clock = new VirtualClock();
  const watch = new Watch(clock);
  return withQueue(lane, { clock, workers: 8, ...options, ...watch.hooks }, async (queue) => {
    await queue.start();
    await body(queue, clock, watch);
  });
}

/** Lets time pass up to each of the times when a start is expected, and waits until all attempts ended. */
export async function pass(clock: VirtualClock, watch: Watch, times: number[]): Promise<void> {
  for (const [i, time] of times.entries()) {
    if (i < watch.startTimes.length) continue;
    await clock.advance(time - clock.now());
    await watch.until(() => watch.started.length > i);
  }
  await watch.until(() => watch.completed.length + watch.retried.length === times.length);
  assertEquals(watch.startTimes, times);
}

/**
 * Waits for a state that no event tells of.
 *
 * @param condition looked at again and again
 * @param what it is, for the message when it does not come
 */
export async function eventually(condition: () => boolean, what: string): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (!condition()) {
    assert(performance.now() < end, `Waited in vain until ${what}`);
    await delay(1);
  }
}

/**
 * Runs a body that asserts something which holds until a time has passed, and then lets it pass. Where time passes by itself, as a
 * cluster's does, a slow machine may come too late to see it: then it is run anew, with twice the time.
 *
 * @param ms the time to begin with
 * @param body what is run with a time
 */
export async function inTime(ms: number, body: (ms: number) => Promise<void>): Promise<void> {
  for (;; ms *= 2) {
    const begin = performance.now();
    try {
      return await body(ms);
    } catch (error) {
      if (performance.now() - begin < ms || ms > MAX_TIME) throw error;
    }
  }
}

/** How many tasks a summary is of, and how many of them succeeded, failed and were cancelled. */
export function counts(summary: RunSummary): [number, number, number, number] {
  const { total, succeeded, failed, cancelled } = summary;
  return [total, succeeded, failed, cancelled];
}

/** Lets all go on that goes on by itself, without time passing: microtasks and what they lead to. */
export async function settle(): Promise<void> {
  const clock = new VirtualClock();
  for (let turn = 0; turn < 3; turn++) await clock.drain();
}

/** The numbers of a queue's statistics that are given, to compare them with what they should be. */
export function pick<K extends keyof QueueStats>(queue: TaskQueue, ...names: K[]) {
  const { stats } = queue;
  return Object.fromEntries(names.map((name) => [name, stats[name]])) as Pick<QueueStats, K>;
}

/**
 * Asserts that a call throws an error of exactly this class whose message contains the texts, and that
 * it leaves the queue as it was.
 *
 * @returns the error
 */
export function assertRefused(
  queue: TaskQueue,
  call: () => unknown,
  expected: ErrorClass,
  ...texts: string[]
): Error {
  const before = queue.stats;
  let seen: unknown;
  try {
    call();
  } catch (error) {
    seen = error;
  }
  return checkRefusal(queue, before, seen, expected, texts);
}

/** The same of a call that returns a promise: it must reject and not throw. */
export async function assertRejected(
  queue: TaskQueue,
  call: () => Promise<unknown>,
  expected: ErrorClass,
  ...texts: string[]
): Promise<Error> {
  const before = queue.stats;
  const promise = call();
  const seen = await promise.then(() => undefined, (error) => error);
  return checkRefusal(queue, before, seen, expected, texts);
}

function checkRefusal(
  queue: TaskQueue,
  before: QueueStats,
  error: unknown,
  expected: ErrorClass,
  texts: string[],
): Error {
  assertError(error, expected, ...texts);
  assertEquals(queue.stats, before);
  return error;
}

/** Asserts that something is an error of exactly this class with a message in the house style. */
export function assertError(
  error: unknown,
  expected: ErrorClass,
  ...texts: string[]
): asserts error is Error {
  assert(error instanceof Error, `Expected ${expected.name}, got ${error}`);
  assertStrictEquals(error.constructor, expected, `${error.name}: ${error.message}`);
  for (const text of texts) {
    assert(error.message.includes(text), `'${error.message}' lacks '${text}'`);
  }
  assertFalse(error.message.endsWith("."), `'${error.message}' ends with a full stop`);
}

/**
 * Collects the errors that are reported for want of anyone who waits for them.
 *
 * @param body what is run meanwhile
 * @returns the errors
 */
export async function reported(body: () => Promise<void>): Promise<readonly unknown[]> {
  const kept = keepReports();
  try {
    await body();
  } finally {
    kept[Symbol.dispose]();
  }
  return kept.errors;
}

/** An `AbortController` whose signal counts its listeners. */
export class CountingController extends AbortController {
  /** How many listeners were ever added. */
  added = 0;
  /** Each listener, and whether the platform removes it when the signal aborts. */
  readonly #held = new Map<unknown, boolean>();

  constructor() {
    super();
    const { signal } = this;
    const { addEventListener, removeEventListener } = signal;
    Object.assign(signal, {
      addEventListener: (...args: Parameters<typeof addEventListener>) => {
        this.added++;
        this.#held.set(args[1], typeof args[2] === "object" && args[2].once === true);
        addEventListener.apply(signal, args);
      },
      removeEventListener: (...args: Parameters<typeof removeEventListener>) => {
        this.#held.delete(args[1]);
        removeEventListener.apply(signal, args);
      },
    });
  }

  /** How many listeners there are now. */
  get listeners(): number {
    const held = Array.from(this.#held.values());
    return this.signal.aborted ? held.filter((once) => !once).length : held.length;
  }
}
