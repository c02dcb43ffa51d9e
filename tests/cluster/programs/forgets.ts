/**
 * Forgets to shut its queue down: `forgets.ts PORT PREFIX`, for which a node runs elsewhere.
 *
 * @module
 */
import { argv } from "node:process";
import { bullmqEngine, ClusterQueue } from "../../../src/lanes/cluster/mod.ts";
import { bullmq, root } from "../bullmq.ts";
import { add } from "../tasks.ts";

const [port, prefix] = argv.slice(2);
const connection = { host: "127.0.0.1", port: Number(port) };
const engine = bullmqEngine(bullmq, { connection, prefix: prefix! });
const queue = new ClusterQueue({ engine, name: "tasks", root });
console.log(await queue.submit(add, [1, 2]).value());
