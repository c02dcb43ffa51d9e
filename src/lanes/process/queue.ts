import { type Lane, TaskQueue } from "../../queue/queue.ts";
import { Timers } from "../../base/timers.ts";
import { PoolExecutor } from "../pool/host/executor.ts";
import { assertPortable } from "../../portable/assert.ts";
import { poolSettings } from "../pool/host/options.ts";
import { runtime } from "../../runtime/here.ts";
import { neighbour } from "../../runtime/neighbour.ts";
import { processes } from "../../runtime/processes.ts";
import type { ChildOptions } from "../../runtime/runtime.ts";
import { platformWithSites } from "../../runtime/site.ts";
import { type Portable, referenceOf, type TaskReference } from "../../portable/portable.ts";
import type {} from "./entry.ts";
import { ProcessLink, type ProcessSettings } from "./link.ts";
import { MemoryWatch } from "./memory_watch.ts";
import { PROCESS_OPTION_CHECKS, type ProcessOptions } from "./options.ts";
import { canShare } from "./shared_state.ts";
import "./takeover.ts";

const ENTRY = neighbour(import.meta.url, "./entry.ts");

/** The largest encoded message, unless an option says otherwise. */
const MAX_MESSAGE_BYTES = 256 * 1024 * 1024;

/**
 * A queue that runs its tasks in a pool of subprocesses: for work that needs the processor and may crash, leak,
 * block for ever or must not be trusted. Its tasks are portable: made by `defineTasks`, `importTasks` or `inlineTask`.
 *
 * * Arguments and return values are copied. What can't be cloned, or takes more than `maxMessageSize`, fails that
 *   one task with `NotPortableError`.
 * * A kill is real. A task that is cancelled or times out settles at once. If it has asked for its signal it has
 *   `grace` to clean up; then its child gets `SIGTERM`, and `SIGKILL` after `killDelay`. A retry
 *   starts once the child is gone.
 * * Short tasks are sent to a child several at a time, and an idle child waits for the next without sleeping, both under
 *   the same conditions as with a thread of a `ThreadQueue`.
 * * A child that dies fails the attempt it was running with `WorkerCrashError`, which may be retried.
 * * When three starts in a row have failed the tasks that wait fail with the error of the start, unless other children run
 *   them: then another start is tried from time to time, and they fail once none of those has begun a task for
 *   `startTimeout`.
 * * A child that takes too much memory can be ended (`memoryLimit`) or replaced (`recycleMemory`).
 * * What a child writes to its standard output and error reaches this program's, or `onOutput`.
 * * When this program ends, in whatever way, so do its children: at once on Linux, elsewhere as soon as they are not
 *   busy.
 * * What a task leaves running (timers, writes) goes on while its child is idle. A child that is no longer needed exits when
 *   all of that has ended; what hasn't after `killDelay` is ended with it.
 * * Tasks, and the programs that they start, find standard input empty.
 * * In a program made by `bun build --compile` tasks are inline, or of a module that is a further entry point of the build and
 *   found by `importTasks`: the main module is not loaded in children.
 * * A program that forgets `shutdown` exits by itself as soon as its children have nothing to do.
 * * The stack of a task's error names the place of its submission: of 2,000 submissions in a row and of 2 a millisecond
 *   on and on, since to look at the stack takes longer than to submit.
 *
 * @example
 * ```ts
 * import { inlineTask, ProcessQueue } from "@trilane/trilane";
 *
 * const square = inlineTask((n: number) => n * n);
 * await using queue = new ProcessQueue({ workers: 1 });
 * await queue.start();
 * console.log(await queue.submit(square, [3]).value()); // 9
 * ```
 */
export class ProcessQueue extends TaskQueue<Portable> {
  /**
   * Makes a queue. Children are started when there are tasks for them.
   *
   * @param options The queue's options. `workers` is by default one for each core, 32 at the most.
   * @throws {TypeError} When an option is unknown or of the wrong type.
   * @throws {RangeError} When an option's value is out of range.
   * @throws {NotPortableError} When `initializer` is not a portable task.
   */
  constructor(options: ProcessOptions = {}) {
    super(options, lane(options));
  }
}

function lane(given: ProcessOptions): Lane {
  const options = { ...given };
  const clock = options.clock ?? runtime.clock;
  const permissions = options.permissions ?? "inherit";
  /** Those that every child needs, and those of all tasks so far. */
  const own = modulesOf([options.initializer, options.teardown]);
  const modules = new Set(own);
  const child: ChildOptions = { ...options.context, permissions, modules };
  return {
    checks: PROCESS_OPTION_CHECKS,
    platform: platformWithSites,
    assertTask(fn) {
      assertPortable(fn, "A task of a ProcessQueue must be a portable task");
      for (const module of modulesOf([fn])) modules.add(module);
    },
    createExecutor(host) {
      const sharesState = canShare && processes.canUseFiles(child);
      // Tasks that are held to permissions are kept from those of other modules as well, and so are those of children that
      // can load no module but what they are started with.
      const isByModule = permissions !== "inherit" || !processes.canLoadAny(child);
      const memory = memoryWatch(options);
      const { onOutput } = options;
      const entry = String(options.workerUrl ?? ENTRY);
      const settings: ProcessSettings = {
        spawnOptions(module) {
          const known = module === undefined ? modules : new Set([module, ...own]);
          known.delete(INLINE);
          return processes.childCommand(entry, { ...child, modules: known });
        },
        maxMessageSize: options.maxMessageSize ?? MAX_MESSAGE_BYTES,
        killDelay: options.killDelay ?? 1_000,
        clock,
        sharesState,
        memory,
        onOutput: onOutput &&
          ((...output) => host.tell(() => onOutput.call(options, ...output))),
      };
      const pool = poolSettings(options, runtime.cores, runtime.spinners);
      return new PoolExecutor(
        host,
        {
          ...pool,
          // While a child has one task it is plain whose its output is.
          ahead: pool.ahead && sharesState && onOutput === undefined,
          spinners: sharesState ? pool.spinners : 0,
          endsSurely: true,
          assertStartable: () => memory?.open(),
          ...(isByModule && { workerKind: moduleOf }),
        },
        (afterFire) => new Timers(options.clock ?? runtime.quietClock, afterFire, host.atHome),
        (greeting, listener, module) => new ProcessLink(greeting, listener, module, settings),
      );
    },
  };
}

/** What looks at the children's memory; `undefined` if they may have any. */
function memoryWatch(options: ProcessOptions): MemoryWatch | undefined {
  const { memoryLimit = Infinity, recycleMemory = Infinity } = options;
  if (memoryLimit === Infinity && recycleMemory === Infinity) return undefined;
  const clock = options.clock ?? runtime.quietClock;
  return new MemoryWatch({ memoryLimit, recycleMemory }, clock, processes.findMemoryReader);
}

/** Stands for the module of tasks that come from none. */
const INLINE = "";

/** The URL of the module that a task comes from. */
function moduleOf(reference: TaskReference): string {
  return reference.kind === "inline" ? INLINE : reference.url;
}

/** The URLs of the modules that tasks come from. */
function modulesOf(tasks: readonly unknown[]): string[] {
  const references = tasks.map(referenceOf).filter((reference) => reference !== undefined);
  return references.map(moduleOf).filter((module) => module !== INLINE);
}
