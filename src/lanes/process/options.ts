import { checks, type OptionChecks } from "../../base/checks.ts";
import { show } from "../../base/errors.ts";
import type { TaskHandle } from "../../queue/mod.ts";
import { processes } from "../../runtime/processes.ts";
import type { DenoPermissions } from "../../runtime/runtime.ts";
import { POOL_OPTION_CHECKS, type PoolOptions } from "../pool/host/options.ts";

/**
 * How a child is started.
 *
 * @example
 * ```ts
 * import { inlineTask, ProcessQueue, type SpawnContext } from "@trilane/trilane";
 *
 * const context: SpawnContext = { env: { GREETING: "Hello" } };
 * await using queue = new ProcessQueue({ workers: 1, context });
 * const greet = inlineTask(async () => (await import("node:process")).default.env.GREETING);
 * console.log(await queue.submit(greet).value()); // Hello
 * ```
 */
export interface SpawnContext {
  /** The runtime to start. Default: the one that this program runs on. */
  readonly command?: string;
  /** Options for the runtime, before the module that it is to run: `["--v8-flags=--max-old-space-size=512"]`. */
  readonly args?: readonly string[];
  /** The child's whole environment. Default: this program's. */
  readonly env?: Readonly<Record<string, string>>;
  /** The child's current folder. Default: this program's. */
  readonly cwd?: string | URL;
}

/**
 * How a `ProcessQueue` runs.
 *
 * @example
 * ```ts
 * import { inlineTask, type ProcessOptions, ProcessQueue } from "@trilane/trilane";
 *
 * const short: ProcessOptions = { workers: 1, recycleAfter: 100, maxMessageSize: 1024 * 1024, killDelay: 0 };
 * await using queue = new ProcessQueue(short);
 * console.log(await queue.submit(inlineTask(() => 1 + 1)).value()); // 2
 * ```
 */
export interface ProcessOptions extends PoolOptions {
  /** How a child is started. */
  readonly context?: SpawnContext;
  /**
   * What tasks in a child may do. Deno only: on Bun anything but `"inherit"` is refused.
   *
   * * `"inherit"` (default): what this program holds, never more. What it holds only in part (such as
   *   `--allow-read=FOLDER`, or `--deny-net=HOST`) is looked up on its command line, on Linux, where it may read that or
   *   start `cat` or itself. Elsewhere children get the current folder, the temporary one, those of the tasks'
   *   modules and of the command line's arguments, where it is held for them, and no network.
   * * `"none"`: nothing but loading the tasks' own modules: nothing is stored (`localStorage`, `caches`), and no package of
   *   npm's is loaded unless the modules themselves come with some; then any that is in Deno's cache can be.
   *   What Deno can't refuse is a module at a host that the tasks' own modules come from.
   * * A list: just that.
   *
   * Unless it is `"inherit"`, tasks of different modules never share a child, so that none can change what another uses; those
   * of `inlineTask` have children of their own too. Where all `workers` are taken, an idle child is then replaced
   * by one for the module of the next task; `minWorkers` are kept for the module of the task that came last.
   */
  readonly permissions?: "inherit" | "none" | DenoPermissions;
  /**
   * Bytes of resident memory that a child may have: what it uses of the machine's, buffers included, programs that it starts
   * not. One above it is killed (`SIGKILL`), and its attempt fails with a `WorkerCrashError` whose `reason` is `"memory"`.
   * Default: no limit.
   *
   * Children are looked at from outside, every 100 ms: one that grows faster may meet the system's own end first. One that is
   * above it when its task ends is replaced, on Linux. A child takes 45 to 50 MB before it has done anything. Where memory
   * can't be looked at (on Windows, or without the permission to read the system's files or to run `cat` or `ps`),
   * `start()` throws.
   */
  readonly memoryLimit?: number;
  /**
   * Bytes of resident memory above which a child is replaced after its task, in order: for tasks that leak, or leave much
   * behind. It is looked at as for `memoryLimit`. Default: no limit.
   */
  readonly recycleMemory?: number;
  /** How many bytes an encoded message may have; a larger one fails its task. Default 256 MiB. */
  readonly maxMessageSize?: number;
  /** Milliseconds from `SIGTERM` to `SIGKILL`. Default 1000. */
  readonly killDelay?: number;
  /**
   * Called with what a child writes to its standard output and error, instead of passing it on. A task ends when all that it
   * wrote has been given, so its result comes after its output; for that, a child has one task at a time and is sent none
   * ahead. What it throws is reported.
   *
   * What comes while no task runs, as from a timer that one has left behind, belongs to the last; what comes before the first,
   * as from an initializer, to none. What programs write that a task has started belongs to the task that runs when they do.
   *
   * @param handle The task; `undefined` before the first of the child.
   * @param stream Where the child has written to.
   * @param chunk What it has written: some bytes, not lines, which may end within a character. They are the caller's own.
   */
  onOutput?(
    handle: TaskHandle | undefined,
    stream: "stdout" | "stderr",
    chunk: Uint8Array,
  ): void;
}

/** The options of a `ProcessQueue`. */
export const PROCESS_OPTION_CHECKS: OptionChecks = {
  ...POOL_OPTION_CHECKS,
  context: nested({
    command: checks.string,
    args: strings,
    env: (name, value) => {
      object(name, value);
      for (const [key, text] of Object.entries(value as object)) {
        checks.string(`${name}.${key}`, text);
      }
    },
    cwd: (name, value) => {
      if (!(value instanceof URL)) checks.string(name, value);
    },
  }),
  permissions: (name, value) => {
    if (value === "inherit") return;
    if (processes.permissions === undefined) {
      throw new TypeError(
        `${name} must be 'inherit' where the runtime has none: got ${show(value)}`,
      );
    }
    if (value === "none") return;
    if (typeof value === "string") {
      throw new RangeError(`${name} must be 'inherit', 'none' or an object: got ${show(value)}`);
    }
    const kind: OptionChecks[string] = (name, value) => {
      if (typeof value === "boolean") return;
      strings(name, value);
      const wrong = (value as string[]).find((part) => !processes.permissions!.canBeListed(part));
      if (wrong === undefined) return;
      throw new RangeError(`${name} must list names without a comma: got ${show(wrong)}`);
    };
    nested({
      env: kind,
      ffi: kind,
      import: kind,
      net: kind,
      read: kind,
      run: kind,
      sys: kind,
      write: kind,
    })(name, value);
  },
  memoryLimit: checks.positive,
  recycleMemory: checks.positive,
  onOutput: checks.function,
  maxMessageSize: checks.count,
  killDelay: checks.notNegative,
};

function nested(allowed: OptionChecks): OptionChecks[string] {
  return (name, value) => {
    object(name, value);
    for (const [key, part] of Object.entries(value as object)) {
      if (!Object.hasOwn(allowed, key)) throw new TypeError(`Unknown option in ${name}: '${key}'`);
      if (part !== undefined) allowed[key](`${name}.${key}`, part);
    }
  };
}

function object(name: string, value: unknown): void {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return;
  throw new TypeError(`${name} must be an object: got ${show(value)}`);
}

function strings(name: string, value: unknown): void {
  if (Array.isArray(value) && value.every((part) => typeof part === "string")) return;
  throw new TypeError(`${name} must be an array of strings: got ${show(value)}`);
}
