import process from "node:process";
import { pathToFileURL } from "node:url";
import { isInstance, QueueStateError } from "../../base/errors.ts";
import { printable } from "../../base/printable.ts";
import { serveCluster } from "../../lanes/cluster/node/serve.ts";
import type { Host } from "../host.ts";
import { hasScheme } from "../map/plan.ts";
import type { OptionValues } from "../options/options.ts";
import type { CommandLine } from "../options/read.ts";
import { UsageError } from "../options/usage.ts";
import { currentFolder, DEFAULT_NAME, engineAt } from "./engine.ts";

/**
 * `trilane serve`: runs a node of a cluster until it is told to end.
 *
 * @param line The command line.
 * @param host The process.
 * @returns The exit status: 0 once it has drained, 1 when the server can't be reached, and by the signal when it is killed.
 * @throws {UsageError} (rejects) When the command line says too little or too much.
 */
export async function serve({ values, positionals }: CommandLine, host: Host): Promise<number> {
  const { redis, name = DEFAULT_NAME, lane = "process", workers } = values;
  if (positionals.length === 0) {
    throw new UsageError("The modules to serve are missing: trilane serve TASKS --redis URL");
  }
  if (redis === undefined) throw new UsageError("The server is missing: --redis URL");
  const told = Promise.withResolvers<void>();
  const killed = Promise.withResolvers<void>();
  let signals = 0;
  const stopListening = host.onSignal(() => (++signals === 1 ? told : killed).resolve());
  try {
    const node = await start({ redis, name, lane, workers, modules: positionals, values });
    say(`Node ${node.id} serves '${name}' with ${node.workers} workers`);
    await told.promise;
    const { activeCount } = node;
    say(`Ending: ${activeCount === 1 ? "1 task runs" : `${activeCount} tasks run`} to the end`);
    void killed.promise.then(() => node.close({ force: true }));
    await node.close();
    return signals > 1 ? 1 : 0;
  } catch (error) {
    if (!isInstance(error, QueueStateError)) throw error;
    say(error.message);
    return 1;
  } finally {
    stopListening();
  }
}

interface Start {
  readonly redis: string;
  readonly name: string;
  readonly lane: "async" | "thread" | "process";
  readonly workers: number | undefined;
  readonly modules: readonly string[];
  readonly values: OptionValues;
}

async function start({ redis, name, lane, workers, modules, values }: Start) {
  const { permissions, "memory-limit": memoryLimit } = values;
  if (lane !== "process" && (permissions ?? memoryLimit) !== undefined) {
    throw new UsageError("--permissions and --memory-limit need --lane process");
  }
  const engine = engineAt(redis);
  let lastMessage = "";
  try {
    return await serveCluster({
      ...{ engine, name, lane, root: currentFolder(), tasks: modules.map(moduleUrl) },
      ...workers !== undefined && { workers },
      laneOptions: {
        ...permissions !== undefined && { permissions },
        ...memoryLimit !== undefined && { memoryLimit },
      },
      onError({ message }) {
        // The connection is tried again and again.
        if (message !== lastMessage) say(`The connection failed: ${message}`);
        lastMessage = message;
      },
    });
  } catch (error) {
    // What the options say, and not what the server does.
    if (isInstance(error, TypeError) || isInstance(error, RangeError)) {
      throw new UsageError(error.message);
    }
    throw error;
  }
}

function moduleUrl(module: string): string | URL {
  return hasScheme(module) ? module : pathToFileURL(module);
}

function say(text: string): void {
  process.stderr.write(`${printable(text)}\n`);
}
