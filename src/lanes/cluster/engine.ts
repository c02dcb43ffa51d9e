import { assertObject, checks, type OptionChecks, ownOptions, refuse } from "../../base/checks.ts";
import { show } from "../../base/errors.ts";
import type { BullMQ } from "./bullmq.ts";

/** How long the server may be out of reach before tasks fail, by default. */
const SERVER_TIMEOUT_MS = 10_000;
/** The classes that are used, and the methods of each. */
const FEATURES: Readonly<Record<keyof BullMQ, readonly string[]>> = {
  Queue: [
    ...["add", "addBulk", "remove", "getJob", "getJobState", "close", "waitUntilReady"],
    ...["setGlobalRateLimit", "removeGlobalRateLimit"],
  ],
  QueueEvents: ["close", "waitUntilReady"],
  QueueEventsProducer: ["publishEvent", "close", "waitUntilReady"],
  Worker: ["pause", "resume", "close", "waitUntilReady"],
};

/**
 * Where a cluster's server is.
 *
 * @example
 * ```ts
 * import type { EngineOptions } from "@trilane/trilane/cluster";
 *
 * const options: EngineOptions = {
 *   connection: { host: "127.0.0.1", port: 6379 },
 *   prefix: "images",
 *   serverTimeout: 5000,
 * };
 * console.log(options.prefix); // images
 * ```
 */
export interface EngineOptions {
  /**
   * How BullMQ connects: host, port, password, `tls`, `url` and so on. Or a client of the program's own, one of ioredis with
   * `maxRetriesPerRequest: null` for example: it stays open when queues and nodes close, and BullMQ makes further ones like it.
   */
  readonly connection: object;
  /** What the server's keys begin with. Default `"trilane"`. */
  readonly prefix?: string;
  /**
   * Milliseconds that the server may be out of reach: then tasks that are outstanding fail with `QueueStateError`, and a node
   * isn't started. Default 10,000.
   */
  readonly serverTimeout?: number;
}

const OPTION_CHECKS: OptionChecks = {
  connection: assertObject,
  prefix: (name, value) => {
    checks.string(name, value);
    if (value === "") refuse(RangeError, name, "a text", value);
  },
  serverTimeout: checks.positive,
};

/**
 * What holds a cluster's tasks. Made by {@linkcode bullmqEngine}.
 *
 * @example
 * ```ts
 * import type { ClusterEngine } from "@trilane/trilane/cluster";
 *
 * const line = ({ prefix, serverTimeout }: ClusterEngine) => `${prefix}: waits ${serverTimeout} ms`;
 * console.log(line.name); // line
 * ```
 */
export interface ClusterEngine {
  /** The module `bullmq`. */
  readonly bullmq: BullMQ;
  /** How it connects. */
  readonly connection: object;
  /** What the server's keys begin with. */
  readonly prefix: string;
  /** Milliseconds that the server may be out of reach. */
  readonly serverTimeout: number;
}

/**
 * Makes an engine for clusters of BullMQ, version 6, on Redis or Valkey. It connects to nothing yet.
 *
 * @param bullmq The module: `import * as bullmq from "bullmq"`. It needs `ioredis` beside it, unless `connection` is a client
 * of another kind.
 * @param options Where the server is.
 * @returns The engine, for `ClusterQueue` and `serveCluster`.
 * @throws {TypeError} When the module isn't BullMQ, lacks something that is needed, or is of another major version; and when an
 * option is unknown or of the wrong type.
 * @throws {RangeError} When an option's value is out of range.
 *
 * @example
 * ```ts ignore
 * import * as bullmq from "bullmq";
 * import { bullmqEngine } from "@trilane/trilane/cluster";
 *
 * const engine = bullmqEngine(bullmq, { connection: { host: "127.0.0.1", port: 6379 } });
 * ```
 */
export function bullmqEngine(bullmq: BullMQ, options: EngineOptions): ClusterEngine {
  assertBullMQ(bullmq);
  const own = ownOptions("engine", options, OPTION_CHECKS);
  if (own.connection === undefined) assertObject("connection", own.connection);
  return Object.freeze({
    bullmq,
    connection: own.connection,
    prefix: own.prefix ?? "trilane",
    serverTimeout: own.serverTimeout ?? SERVER_TIMEOUT_MS,
  });
}

/** Refuses what isn't the module that is needed. */
function assertBullMQ(module: unknown): void {
  const what = "bullmqEngine needs the module of BullMQ 6";
  if (typeof module !== "object" || module === null) {
    throw new TypeError(`${what}: got ${show(module)}`);
  }
  for (const [name, methods] of Object.entries(FEATURES)) {
    const Class = (module as Record<string, unknown>)[name];
    if (typeof Class !== "function") throw new TypeError(`${what}: it has no class ${name}`);
    const lacking = methods.find((method) => typeof Class.prototype?.[method] !== "function");
    if (lacking !== undefined) throw new TypeError(`${what}: its ${name} has no ${lacking}()`);
  }
  // The module doesn't tell its version; backends came with 6.
  if (typeof (module as { createRedisBackend?: unknown }).createRedisBackend !== "function") {
    throw new TypeError(`${what}: this one is of an earlier version, without createRedisBackend()`);
  }
}

/** Refuses what isn't an engine. */
export function checkEngine(name: string, value: unknown): void {
  if (typeof (value as Partial<ClusterEngine> | null)?.serverTimeout !== "number") {
    refuse(TypeError, name, "an engine, made by bullmqEngine", value);
  }
}
