/**
 * All ways to break the library.
 *
 * @module
 */
import { engine } from "./mutants/engine.ts";
import { eventLoop } from "./mutants/event_loop.ts";
import { host, wireAndWorker } from "./mutants/pool.ts";
import { scheduling } from "./mutants/scheduling.ts";
import type { Mutation } from "./mutate.ts";

/** All of them. */
export const mutations: readonly Mutation[] = [
  ...engine,
  ...scheduling,
  ...eventLoop,
  ...host,
  ...wireAndWorker,
];
