// Nothing but the answer keeps the program alive.
import { AsyncQueue, attachQueue } from "../../../../mod.ts";
import { common } from "../portable.ts";

const queue = new AsyncQueue();
const remote = attachQueue(queue.share());
void queue.start();
void remote.submit(common.add, [1, 2]).then((handle) => handle.value()).then(console.log);
