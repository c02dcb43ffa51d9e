// Shares a queue and gives the port to nobody.
import { AsyncQueue } from "../../../../mod.ts";
import { common } from "../portable.ts";

const queue = new AsyncQueue();
const port = queue.share();
await queue.start();
console.log(await queue.submit(common.add, [1, 2]).value());
Object.assign(globalThis, { port, queue });
