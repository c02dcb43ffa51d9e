/**
 * BullMQ itself, from the packages of the cluster's tests.
 *
 * @module
 */
import { createRequire } from "node:module";
import type { BullMQ } from "../../src/lanes/cluster/mod.ts";

const require = createRequire(new URL("./npm/package.json", import.meta.url));

/** The module `bullmq`. */
export const bullmq: BullMQ = require("bullmq");

/** The folder that the modules of the tests' tasks are in. */
export const root = new URL("./", import.meta.url);
