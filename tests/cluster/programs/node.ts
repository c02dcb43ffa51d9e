/**
 * A node of its own program: `node.ts PORT PREFIX LOCK_DURATION`. It ends when it is killed.
 *
 * @module
 */
import { argv } from "node:process";
import { bullmqEngine, serveCluster } from "../../../src/lanes/cluster/mod.ts";
import { bullmq, root } from "../bullmq.ts";

const [port, prefix, lockDuration] = argv.slice(2);
const engine = bullmqEngine(bullmq, {
  connection: { host: "127.0.0.1", port: Number(port) },
  prefix: prefix!,
  serverTimeout: 60_000,
});
await serveCluster({
  ...{
    engine,
    name: "tasks",
    root,
    tasks: ["./chaos_tasks.ts", "./tasks.ts"],
    lane: "async",
    workers: 8,
  },
  lockDuration: Number(lockDuration),
});
console.log("ready");
