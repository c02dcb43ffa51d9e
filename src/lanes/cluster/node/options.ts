import {
  assertObject,
  checks,
  oneOf,
  type OptionChecks,
  ownOptions,
  refuse,
} from "../../../base/checks.ts";
import { show } from "../../../base/errors.ts";
import type { QueueOptions } from "../../../engine/options.ts";
import type { ProcessOptions } from "../../process/options.ts";
import { checkEngine, type ClusterEngine } from "../engine.ts";
import { checkName, checkRoot, Root } from "../wire/root.ts";

/**
 * How a node of a cluster runs tasks.
 *
 * @example
 * ```ts
 * import type { ClusterEngine, ServeOptions } from "@trilane/trilane/cluster";
 *
 * const optionsFor = (engine: ClusterEngine): ServeOptions => ({
 *   ...{ engine, name: "images", root: new URL(".", import.meta.url) },
 *   tasks: ["./tasks.ts"],
 *   lane: "thread",
 *   workers: 4,
 * });
 * console.log(optionsFor.name); // optionsFor
 * ```
 */
export interface ServeOptions {
  /** What holds the tasks. */
  readonly engine: ClusterEngine;
  /** The queue's name, the same as its producers'. */
  readonly name: string;
  /** The URL of the folder that the program's modules are in on this machine: `new URL(".", import.meta.url)`. */
  readonly root: string | URL;
  /**
   * The modules whose tasks may be run, as paths relative to `root` or as URLs below it. All that they define or export can be
   * called by whoever can write to the server; nothing else is loaded.
   */
  readonly tasks: Iterable<string | URL>;
  /** Where tasks run on this machine. Default `"process"`. */
  readonly lane?: "async" | "thread" | "process";
  /** How many attempts run at once. Default: what the lane's queue has by default. */
  readonly workers?: number;
  /** Further options for the lane's queue: `permissions`, `memoryLimit`, `initializer`, hooks and so on. */
  readonly laneOptions?: ProcessOptions | QueueOptions;
  /**
   * Milliseconds after which the tasks of a node that is gone, or whose event loop has been stuck for so long, may be run by
   * another; it takes up to half as long more to find out. Default 10,000.
   */
  readonly lockDuration?: number;
  /** Called with errors of the connection, which is tried again and again. What it throws is reported. */
  onError?(error: Error): void;
}

/** How long a node may be silent, by default. */
const LOCK_DURATION_MS = 10_000;

const OPTION_CHECKS: OptionChecks = {
  engine: checkEngine,
  name: checkName,
  root: checkRoot,
  tasks: (name, value) => {
    const modules = value as Iterable<unknown> | null;
    if (typeof value === "string" || typeof modules?.[Symbol.iterator] !== "function") {
      refuse(TypeError, name, "a list of modules", value);
    }
  },
  lane: oneOf("async", "thread", "process"),
  workers: checks.count,
  laneOptions: assertObject,
  lockDuration: checks.positive,
  onError: checks.function,
};

/** What a node is told, checked and with the defaults filled in. */
export interface NodeSettings extends Required<Omit<ServeOptions, "root" | "tasks" | "workers">> {
  readonly workers: number | undefined;
  readonly root: Root;
  /** The URLs of the modules whose tasks may be run. */
  readonly modules: ReadonlySet<string>;
}

/**
 * Reads a node's options.
 *
 * @param options What the caller gave.
 * @returns What they say.
 * @throws {TypeError} When an option is missing, unknown or of the wrong type, or there is no module.
 * @throws {RangeError} When an option's value is out of range, or a module is outside the root.
 */
export function nodeSettings(options: ServeOptions): NodeSettings {
  const own = ownOptions("node", options, OPTION_CHECKS);
  for (const name of ["engine", "name", "root", "tasks"] as const) {
    if (own[name] === undefined) OPTION_CHECKS[name]!(name, undefined);
  }
  const root = new Root(own.root);
  const modules = new Set(Array.from(own.tasks, (module) => moduleOf(module, root)));
  if (modules.size === 0) throw new TypeError("tasks must name a module: got none");
  return {
    engine: own.engine,
    name: own.name,
    root,
    modules,
    lane: own.lane ?? "process",
    workers: own.workers,
    laneOptions: own.laneOptions ?? {},
    lockDuration: own.lockDuration ?? LOCK_DURATION_MS,
    onError: own.onError ?? (() => {}),
  };
}

function moduleOf(module: unknown, root: Root): string {
  if (typeof module !== "string" && !(module instanceof URL)) {
    throw new TypeError(`tasks must be paths or URLs of modules: got ${show(module)}`);
  }
  const url = root.urlOf(`${module}`);
  if (url !== undefined) return url;
  throw new RangeError(`tasks must be modules below ${root.href}: got ${show(`${module}`)}`);
}
