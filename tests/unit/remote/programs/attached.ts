// Leaves both ends open, with a task that nobody waits for.
import { AsyncQueue, attachQueue } from "../../../../mod.ts";
import { common } from "../portable.ts";

const queue = new AsyncQueue();
const remote = attachQueue(queue.share());
await queue.start();
console.log(await (await remote.submit(common.add, [1, 2])).value());
queue.pause();
await remote.submit(common.nothing);
Object.assign(globalThis, { remote, queue });
