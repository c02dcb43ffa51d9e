/**
 * Runs a batch with a checkpoint: `work FILE LOG SEEN LANE COUNT`. Its tasks note in LOG what they are run for; each
 * input whose success the program sees is noted in SEEN.
 *
 * @module
 */
import { appendFileSync } from "node:fs";
import process from "node:process";
import { Checkpoint } from "../../../../src/checkpoint/mod.ts";
import { lanes, numbers, portable } from "../lanes.ts";

const [file, log, seen, lane, count] = process.argv.slice(2) as string[];

using checkpoint = new Checkpoint(file!);
await using queue = lanes.find(({ name }) => name === lane)!.create({ workers: 4 });
const group = queue.group(
  portable.squareLater,
  numbers(Number(count)).map((n) => [n, log!] as [number, string]),
  { checkpoint, key: ([n]: readonly unknown[]) => `${n}` },
);
for (const [n, handle] of group.handles.entries()) {
  if (handle.attempts === 0 && !handle.done) handle.onDone(() => appendFileSync(seen!, `${n}\n`));
}
const summary = await queue.run();
const values = await group.values();
const right = values.every((value, n) => value === n * n);
console.log(JSON.stringify({ right, succeeded: summary.succeeded, count: checkpoint.count() }));
