/**
 * A program that says where its dashboard is, works once it is told to, and leaves its dashboard open.
 *
 * @module
 */
import process from "node:process";
import { AsyncQueue } from "../../../../mod.ts";
import { dashboard } from "../../../../src/dashboard/mod.ts";

const queue = new AsyncQueue({ workers: 1 });
const { url } = await dashboard(queue);
console.log(url);
for await (const _told of process.stdin) break;
console.log(await queue.submit(() => "done").value());
