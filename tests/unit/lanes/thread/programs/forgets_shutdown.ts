/** A program that forgets `shutdown()`. */
import { importTasks, inlineTask, ThreadQueue } from "../../../../../mod.ts";

const tasks = importTasks<typeof import("../tasks.ts")>(new URL("../tasks.ts", import.meta.url));
const args = "Deno" in globalThis
  ? Deno.args
  : (globalThis as unknown as { process: { argv: string[] } }).process.argv.slice(2);
const queue = new ThreadQueue({ workers: 2, idleTimeout: Number(args[1] ?? 1000) });
switch (args[0]) {
  case "after a run":
    queue.map(tasks.square, [1, 2, 3]);
    console.log((await queue.run()).values.sort().toString());
    break;
  case "idle":
    await queue.start();
    console.log(await queue.submit(inlineTask(() => 7)).value());
    break;
  case "never started":
    queue.submit(tasks.square, [1]);
    console.log("nothing");
    break;
  case "paused":
    await queue.start();
    console.log(await queue.submit(tasks.square, [1]).value());
    queue.pause();
    queue.submit(tasks.square, [2]);
    break;
  case "unawaited":
    // Work that is under way is not cut off.
    await queue.start();
    queue.submit(tasks.work, [300]).onDone((handle) => console.log(handle.status));
    break;
}
