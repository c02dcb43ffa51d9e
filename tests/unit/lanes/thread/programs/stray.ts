import { importTasks, ThreadQueue, type WorkerCrashError } from "../../../../../mod.ts";

const tasks = importTasks<typeof import("../tasks.ts")>(new URL("../tasks.ts", import.meta.url));
await using queue = new ThreadQueue({ workers: 1 });
await queue.start();

async function die(way: string): Promise<WorkerCrashError> {
  const handle = queue.submit(tasks.die, [way]);
  await handle;
  return handle.error() as WorkerCrashError;
}

const ways = ["throw", "reject", ..."reportError" in globalThis ? ["reportError"] : []];
for (const way of ways) console.log(way, `${(await die(way)).cause}`);
const { worker } = await queue.submit(tasks.whoAmI).value();
console.log("cared for:", ...await queue.submit(tasks.careForErrors).value());
console.log("in the same worker:", (await queue.submit(tasks.whoAmI).value()).worker === worker);
// When it no longer does, they do.
console.log("throw", `${(await die("throw")).cause}`);
if (!("Deno" in globalThis)) console.log("exit status", (await die("exit")).exitCode);
