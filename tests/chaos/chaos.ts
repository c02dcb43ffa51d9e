/**
 * `deno task chaos [--lane thread | process] [--kills N] [--seconds N] [--seed S]`, or
 * `bun tests/chaos/chaos.ts`: does whatever should not harm a queue to queues with real workers, until so many
 * workers have been killed in each lane or so many seconds have gone by, and says what became of their tasks.
 * The exit status is 1 if anything did that cannot be.
 *
 * The seed is that of the first round; those that follow count on from there. It determines what is decided, not
 * when workers and system get round to it.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { Random } from "../random.ts";
import type { LaneName } from "./acts.ts";
import { children, openFiles, workerThreads } from "./liveness.ts";
import { soon } from "./patience.ts";
import { Round } from "./round.ts";
import { Total } from "./total.ts";

/** So much is done to each queue. */
const DEEDS = 100;
/** How many faults are told: that says enough. */
const MOST_FAULTS = 20;
/** A line tells how far it is every so many seconds. */
const PROGRESS_EVERY = 5;

const options = parseArgs(process.argv.slice(2), {
  string: ["lane", "kills", "seconds", "seed"],
  default: { seed: String(Date.now() % 2 ** 32) },
  unknown: (arg) => {
    throw new RangeError(`Unknown argument: '${arg}'`);
  },
});
const { lane, seconds, kills = seconds === undefined ? 200 : Infinity } = options;
const lanes = (["thread", "process"] as const).filter((name) => name === (lane ?? name));
if (lanes.length === 0) throw new RangeError(`--lane must be thread or process: got ${lane}`);
const firstSeed = Number(options.seed);
const runtime = "Bun" in globalThis ? "bun" : "Deno" in globalThis ? "deno" : "node";
// Before what is open is counted, this opens standard output.
process.stdout.write(`${runtime}, --seed ${firstSeed}\n`);

// What is left there afterwards has been forgotten.
const folder = mkdtempSync(join(tmpdir(), "chaos-"));
process.env.TMPDIR = folder;

const totals: Total[] = [];
for (const lane of lanes) totals.push(await run(lane));
rmSync(folder, { recursive: true });

for (const total of totals) console.log(`\n${total}`);
process.exitCode = totals.some(({ faults }) => faults.length > 0) ? 1 : 0;

async function run(lane: LaneName): Promise<Total> {
  // Before anything is counted the runtime has opened what it keeps open, which takes a round in which all happens.
  await new Round(lane, new Random(0), folder).run(DEEDS);
  await soon(() => workerThreads().length === 0);
  const filesBefore = openFiles();
  const total = new Total(`${runtime}, ${lane} lane`);
  const until = performance.now() + Number(seconds ?? Infinity) * 1000;
  let toldAt = 0;
  while (
    total.killed < Number(kills) && performance.now() < until && total.faults.length < MOST_FAULTS
  ) {
    const seed = firstSeed + total.rounds;
    const report = await new Round(lane, new Random(seed), folder).run(DEEDS, until);
    const faults = [...report.faults, ...await leftovers(filesBefore)];
    for (const fault of faults) console.error(`--seed ${seed}: ${fault}`);
    total.add({ ...report, faults });
    if (total.seconds - toldAt > PROGRESS_EVERY) {
      toldAt = total.seconds;
      console.error(total.progress);
    }
  }
  return total;
}

/** What a queue that has come to rest has left running or open. */
async function leftovers(filesBefore: ReadonlyMap<string, number>): Promise<string[]> {
  // The end of a child is waited for by the queue itself.
  const left = children().map(({ pid }) => `The child ${pid} is left`);
  const more = () => [
    ...workerThreads().map((name) => `The thread ${name} is left`),
    ...[...openFiles()]
      .filter(([kind, count]) => count > (filesBefore.get(kind) ?? 0))
      .map(([kind, count]) => `${count} files of the kind ${kind} are open`),
  ];
  // Threads and pipes end a moment after the runtime has said that they did.
  await soon(() => more().length === 0, () => more().length);
  return [...left, ...more()];
}
