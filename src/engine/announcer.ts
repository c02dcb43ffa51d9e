import { type AsyncContexts, bound } from "../base/async_contexts.ts";
import { resolved } from "../base/thenable.ts";
import type { TaskHandle } from "../task/handle.ts";
import type { TaskResult } from "../task/result.ts";
import type { Observer, Settler, Task } from "../task/task.ts";

/**
 * What may be called as tasks go on. Hooks run in the async context in which they were given to the queue, not in that of the
 * task that they are told of; with `asyncContext: false` in any.
 *
 * @example
 * ```ts
 * import { AsyncQueue, type Hooks } from "@trilane/trilane";
 *
 * const log: Hooks = {
 *   onRetry: (handle, error) => console.log(`${handle.name} again: ${error}`),
 *   onComplete: ({ name, status }) => console.log(`${name} ${status}`),
 * };
 * await using queue = new AsyncQueue(log);
 * await queue.submit(() => 1, { name: "one" }); // prints "one succeeded"
 * ```
 */
export interface Hooks {
  /** Called when an attempt starts. */
  onStart?(handle: TaskHandle): void;
  /** Called when a task has ended, once for each task. */
  onComplete?(result: TaskResult): void;
  /** Called when an attempt has failed and another will follow. */
  onRetry?(handle: TaskHandle, error: unknown): void;
  /** Called when a task reports progress. */
  onProgress?(handle: TaskHandle, data: unknown): void;
}

/** The names of the hooks. */
export const HOOK_NAMES = ["onStart", "onComplete", "onRetry", "onProgress"] as const;
type HookName = typeof HOOK_NAMES[number];

/** How each is called. */
const HOOK_CALLS: Readonly<Record<HookName, (hooks: Hooks) => Call>> = {
  onStart: (hooks) => (task) => hooks.onStart!(task!),
  onComplete: (hooks) => (task) => hooks.onComplete!(task!.result()),
  onRetry: (hooks) => (task, error) => hooks.onRetry!(task!, error),
  onProgress: (hooks) => (task, data) => hooks.onProgress!(task!, data),
};

/** Calls a program's own code; with a task where it is about one. */
type Call = (task: Task | undefined, about: unknown) => unknown;

/** What is to be told. It is used again and again: a new one each time would cost a tenth of a task with hooks. */
class Announcement {
  /** What is called; `undefined` where a task's observers are to hear of its end. */
  call: Call | undefined = undefined;
  task: Task | undefined = undefined;
  about: unknown = undefined;
}

/** How many announcements are kept to be used again. */
const MAX_KEPT = 1024;

/** How deep calls of what is told may be nested. A stack holds some thousand. */
const MAX_NESTING = 64;

/**
 * How deep they are now, and what is to be told when they have returned, since they are nested too deep: of all queues, since
 * tasks of different ones may cause each other's ends.
 */
const told = { nesting: 0, postponed: [] as (() => void)[] };

/**
 * Tells the world outside what has happened to tasks: hooks, whoever waits for a task, and all else that runs a program's own
 * code. It does so between transitions: while one is under way, what is to be told is collected; when the outermost has
 * ended it is told in order, before the caller goes on. What is told may change the queue again: that is a transition of
 * its own, told before that call returns, and after all that was there to tell before it: a start never comes after its
 * task's end. So nothing outside ever sees a task half moved. A chain of hooks that cause each other takes little stack: from
 * a depth of {@linkcode MAX_NESTING} on they are told when those before them have returned.
 *
 * Whatever is thrown there is reported, and stops nothing.
 */
export class Announcer {
  readonly #report: (error: unknown) => void;
  readonly #contexts: AsyncContexts | undefined;
  /** What calls each hook. */
  readonly #hooks = new Map<HookName, Set<Call>>();
  /** Whether anyone wants to hear of each end. */
  #completions = false;
  /** How many transitions are under way, one within the other. */
  #depth = 0;
  /** What is to be told when the transition under way has ended, behind what is being told now: the first `#count` of these. */
  #pending: Announcement[] = [];
  #count = 0;
  /** How many of those have been told, or are being told. */
  #told = 0;
  /** Whether anything has come to that since it was last told. */
  #hasNews = false;
  /** What is to be done when that has been told. */
  #followUps: (() => unknown)[] = [];
  readonly #followers = new Map<Task, Set<() => void>>();

  /**
   * @param report Tells of an error that belongs to no task. It must not throw.
   * @param contexts The async contexts that hooks run in, where those are kept.
   */
  constructor(report: (error: unknown) => void, contexts: AsyncContexts | undefined) {
    this.#report = report;
    this.#contexts = contexts;
  }

  /** Whether a transition is under way, so that nothing outside may be called. */
  get busy(): boolean {
    return this.#depth > 0;
  }

  /** A transition begins. */
  enter(): void {
    this.#depth++;
  }

  /** A transition has ended. */
  leave(): void {
    if (--this.#depth === 0 && this.#hasNews) this.#tellAll();
  }

  /** Adds hooks; returns what takes them back. */
  observe(given: Hooks): () => void {
    const hooks = this.#contexts === undefined ? given : inContext(given, this.#contexts);
    const calls: Call[] = [];
    for (const name of HOOK_NAMES) {
      if (hooks[name] === undefined) continue;
      const call = HOOK_CALLS[name](hooks);
      calls.push(call);
      this.#hooks.set(name, (this.#hooks.get(name) ?? new Set()).add(call));
    }
    this.#completions = this.#hooks.has("onComplete");
    return () => {
      for (const [name, set] of this.#hooks) {
        for (const call of calls) if (set.delete(call) && set.size === 0) this.#hooks.delete(name);
      }
      this.#completions = this.#hooks.has("onComplete");
    };
  }

  /** Follows each step of a task until its end. Returns what takes that back. */
  follow(task: Task, changed: () => void): () => void {
    const followers = this.#followers.get(task) ?? new Set();
    this.#followers.set(task, followers.add(changed));
    return () => {
      followers.delete(changed);
      if (followers.size === 0) this.#followers.delete(task);
    };
  }

  /** Calls something outside, once the transition under way has ended. */
  tell(call: () => unknown): void {
    this.#announce(call, undefined, undefined);
  }

  /** Goes on with something once all that the transition under way leaves to tell has been told. */
  next(call: () => unknown): void {
    this.#followUps.push(call);
    this.#hasNews = true;
    if (this.#depth === 0) this.#tellAll();
  }

  /** A task's place has changed. */
  changed(task: Task): void {
    if (this.#followers.size === 0) return;
    for (const changed of this.#followers.get(task) ?? []) this.tell(changed);
  }

  started(task: Task): void {
    this.changed(task);
    if (this.#hooks.size > 0) this.#tellHooks("onStart", task);
  }

  retried(task: Task, error: unknown): void {
    this.changed(task);
    if (this.#hooks.size > 0) this.#tellHooks("onRetry", task, error);
  }

  progressed(task: Task, data: unknown): void {
    this.changed(task);
    if (this.#hooks.size > 0) this.#tellHooks("onProgress", task, data);
  }

  ended(task: Task): void {
    if (this.#followers.size > 0) this.#followers.delete(task);
    if (this.#completions) this.#tellHooks("onComplete", task);
    if (task.observed) this.#announce(undefined, task, undefined);
  }

  #tellHooks(name: HookName, task: Task, about?: unknown): void {
    const calls = this.#hooks.get(name);
    if (calls === undefined) return;
    for (const call of calls) this.#announce(call, task, about);
  }

  #announce(call: Call | undefined, task: Task | undefined, about: unknown): void {
    const one = this.#pending[this.#count++] ??= new Announcement();
    one.call = call;
    one.task = task;
    one.about = about;
    this.#hasNews = true;
    if (this.#depth === 0) this.#tellAll();
  }

  /** Tells all there is to tell, then goes on with what comes of the last transition. */
  #tellAll(): void {
    this.#hasNews = false;
    const followUps = this.#followUps;
    if (followUps.length > 0) this.#followUps = [];
    if (told.nesting === MAX_NESTING) {
      told.postponed.push(() => this.#tellEach(followUps));
      return;
    }
    told.nesting++;
    this.#tellEach(followUps);
    if (told.nesting === 1 && told.postponed.length > 0) tellPostponed();
    told.nesting--;
  }

  #tellEach(followUps: readonly (() => unknown)[]): void {
    while (this.#told < this.#count) {
      const one = this.#pending[this.#told++]!;
      const { call, task, about } = one;
      one.call = one.task = one.about = undefined;
      if (call === undefined) this.#tellObservers(task!);
      else this.#call(call, task, about);
    }
    if (this.#count > MAX_KEPT) this.#pending = [];
    this.#told = this.#count = 0;
    for (const followUp of followUps) this.#call(followUp);
  }

  #tellObservers(task: Task): void {
    const observers = task.takeObservers();
    if (Array.isArray(observers)) {
      for (const observer of observers) this.#tellObserver(task, observer);
    } else if (observers !== undefined) this.#tellObserver(task, observers);
  }

  #tellObserver(task: Task, observer: Observer | Settler): void {
    if (typeof observer === "function") this.#call(observer as Call, task);
    else task.settle(observer);
  }

  #call(call: Call, task?: Task, about?: unknown): void {
    try {
      this.#look(call(task, about));
    } catch (error) {
      this.#report(error);
    }
  }

  /** A function that returns a promise is a hook, too, to the type checker. The promise may have methods of its own. */
  #look(returned: unknown): void {
    if (returned instanceof Promise) resolved(returned).then(undefined, this.#report);
  }
}

/** Hooks that run in the context that the program is in now: whoever causes what they are told of is none of theirs. */
function inContext(hooks: Hooks, contexts: AsyncContexts): Hooks {
  const given = HOOK_NAMES.filter((name) => hooks[name] !== undefined);
  return Object.fromEntries(given.map((name) => {
    const hook = hooks[name] as (...args: unknown[]) => void;
    return [name, bound((...args: unknown[]) => hook.apply(hooks, args), contexts)];
  }));
}

function tellPostponed(): void {
  while (told.postponed.length > 0) {
    const postponed = told.postponed;
    told.postponed = [];
    for (const tell of postponed) tell();
  }
}
