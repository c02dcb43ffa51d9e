/**
 * `deno run -A producer.ts [REDIS_URL]`: has a cluster find prime numbers. Nodes are started by
 * `trilane serve tasks.ts --redis REDIS_URL --name primes`, as in `compose.yaml`.
 *
 * @module
 */
import { bullmqEngine, ClusterQueue } from "@trilane/trilane/cluster";
import * as bullmq from "bullmq";
import process from "node:process";
import { prime } from "./tasks.ts";

const [url = "redis://127.0.0.1:6379"] = process.argv.slice(2);
const engine = bullmqEngine(bullmq, { connection: { url } });
const queue = new ClusterQueue({ engine, name: "primes", root: new URL(".", import.meta.url) });

const from = Array.from({ length: 20 }, (_, i) => 10 ** 12 + i * 1_000);
const primes = queue.group(prime, from, { retries: 2, timeout: 60_000 });
for await (const handle of primes.asCompleted()) {
  const result = handle.result();
  if (result.status === "succeeded") console.log(result.value);
}
console.log((await primes.wait()).toString());
await queue.shutdown();
