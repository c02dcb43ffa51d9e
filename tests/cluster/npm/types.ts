/**
 * Type-checked alone, with the real types of BullMQ: what it exports is what the library asks for.
 *
 * @module
 */
import * as bullmq from "bullmq";
import { type BullMQ, bullmqEngine } from "../../../src/lanes/cluster/mod.ts";

export const module: BullMQ = bullmq;
export const engine = bullmqEngine(bullmq, { connection: { host: "127.0.0.1", port: 6379 } });
