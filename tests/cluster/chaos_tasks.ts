/**
 * The tasks of the cluster's chaos.
 *
 * @module
 */
import { appendFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { currentTask, defineTasks } from "../../src/lanes/cluster/mod.ts";

export const { work } = defineTasks(import.meta.url, {
  /** Notes that an attempt has begun, works for a while, and returns its number. */
  async work(log: string, number: number, ms: number): Promise<number> {
    appendFileSync(log, `${number} ${currentTask().attempt}\n`);
    await delay(ms);
    return number;
  },
});
