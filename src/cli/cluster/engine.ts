import { createRequire } from "node:module";
import { resolve } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { reasonOf } from "../../base/errors.ts";
import type { BullMQ } from "../../lanes/cluster/bullmq.ts";
import { bullmqEngine, type ClusterEngine } from "../../lanes/cluster/engine.ts";
import { UsageError } from "../options/usage.ts";

/** What a cluster's queue is called where the user says nothing. */
export const DEFAULT_NAME = "trilane";

/** The URL of the current folder, below which the tasks' modules are. */
export function currentFolder(): URL {
  return pathToFileURL(`${resolve(".")}/`);
}

/**
 * Makes the engine for a cluster, by the BullMQ that the user's project has.
 *
 * @param url Where the server is.
 * @returns The engine.
 * @throws {UsageError} When the project has no BullMQ, or not one that is known to work.
 */
export function engineAt(url: string): ClusterEngine {
  try {
    return bullmqEngine(loadBullMQ(), { connection: { url } });
  } catch (error) {
    throw new UsageError(reasonOf(error));
  }
}

function loadBullMQ(): BullMQ {
  try {
    return createRequire(currentFolder())("bullmq");
  } catch (error) {
    const [reason] = reasonOf(error).split("\n");
    throw new UsageError(
      `Cannot load the package bullmq from ${process.cwd()}: run 'npm install bullmq ioredis' there. ${reason}`,
    );
  }
}
