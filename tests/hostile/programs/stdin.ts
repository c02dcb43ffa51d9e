/**
 * `stdin.ts LANE`: has tasks of a lane ask for standard input by the names that the runtime has for it, twice each in one worker,
 * then reads its own. Prints both as JSON.
 *
 * @module
 */
import process from "node:process";
import { lanes } from "../support.ts";

const { create, tasks } = lanes.find(({ name }) => name === process.argv[2])!;
const asking = [tasks.readStdin, tasks.listenToStdin, tasks.readLines, tasks.readStdinNatively];
const queue = create({ workers: 1 });
const found: string[] = [];
for (const ask of [...asking, ...asking]) found.push(await queue.submit(ask).value());
await queue.shutdown();
console.error(JSON.stringify(found));
for await (const bytes of process.stdin) console.error(`own: ${bytes}`);
