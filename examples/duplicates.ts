/**
 * Finds duplicate and near-duplicate files: `deno task demo [DIR]`, or `bun examples/duplicates.ts [DIR]`. Without DIR it
 * looks through a small sample.
 *
 * Each stage has its lane. An `AsyncQueue` lists folders and reads files. A `ThreadQueue` hashes what was read and makes
 * MinHash signatures of texts. A `ProcessQueue`, whose children may do nothing but read, compares the pairs that
 * the signatures say are worth it.
 *
 * @module
 */
import { closeSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import process from "node:process";
import { AsyncQueue, ProcessQueue, type RunSummary, ThreadQueue } from "@trilane/trilane";
import { toHTML } from "@trilane/trilane/report";
import { type Arguments, parseArguments } from "./duplicates/arguments.ts";
import { Comparer } from "./duplicates/comparer.ts";
import { contentsOf, duplicatesIn, isText } from "./duplicates/exact.ts";
import { findNearDuplicates } from "./duplicates/near.ts";
import { describe, describeStages, type Findings } from "./duplicates/output.ts";
import { readAll, worthReading } from "./duplicates/read.ts";
import { stage } from "./duplicates/stage.ts";
import { walk } from "./duplicates/walk.ts";

/** Until it is shut down: a lane that waits for another has nothing to do for a time. */
const mode = "infinite";

async function findDuplicates(options: Arguments, interrupted: AbortSignal): Promise<Findings> {
  const { root, threshold, workers, report } = options;
  const checkpoint = options.checkpoint?.open;
  // The report shows results, which nothing else needs.
  const pool = { mode, workers, retain: report === undefined ? "none" : "all" } as const;

  const { value: found, summary: listing } = await stage(
    new AsyncQueue({ mode, retain: "none" }),
    interrupted,
    (disk) => walk(disk, root, ownFiles(options)),
    { doing: "folders", total: Infinity },
  );
  const files = worthReading(found.files);
  const { value: { value: reading }, summary: hashing } = await stage(
    new ThreadQueue(pool),
    interrupted,
    (threads) =>
      stage(
        new AsyncQueue({ mode, retain: "none" }),
        interrupted,
        (disk) => readAll(files, disk, threads, checkpoint),
        { doing: "files", total: files.length },
      ),
  );
  const contents = contentsOf(reading.files);
  const { value: { groups, comparer }, summary: comparing } = await stage(
    // A child needs no more than to read; where the runtime has no permissions there is nothing to take away.
    new ProcessQueue({ ...pool, permissions: "Deno" in globalThis ? { read: true } : "inherit" }),
    interrupted,
    async (processes) => {
      const texts = contents.filter(isText);
      const comparer = new Comparer(texts, processes, checkpoint);
      return { comparer, groups: await findNearDuplicates(texts, threshold, comparer) };
    },
    { doing: "comparisons", total: Infinity },
  );

  if (report !== undefined) {
    writeFileSync(report.descriptor, toHTML(busiest(hashing, comparing)));
    closeSync(report.descriptor);
  }
  return {
    threshold,
    listing: { ...found, duration: listing.duration },
    reading: { ...reading, duration: hashing.duration },
    comparing: { ...comparer, duration: comparing.duration },
    duplicates: duplicatesIn(contents),
    groups,
  };
}

/** What this program itself writes, which changes from run to run. */
function ownFiles({ checkpoint, report }: Arguments): Set<string> {
  const own = new Set<string>();
  if (report !== undefined) own.add(resolve(report.path));
  for (const suffix of checkpoint === undefined ? [] : ["", "-wal", "-shm"]) {
    own.add(resolve(checkpoint!.path + suffix));
  }
  return own;
}

/** The run whose tasks took longest together. */
function busiest(...runs: RunSummary[]): RunSummary {
  const busy = (run: RunSummary) => run.results.reduce((sum, { duration }) => sum + duration, 0);
  return runs.reduce((a, b) => busy(b) > busy(a) ? b : a);
}

const options = parseArguments(process.argv.slice(2));
if (options !== undefined) {
  const interrupt = new AbortController();
  const onSignal = () => interrupt.abort();
  // The second one ends it at once, as if there were no handler.
  process.once("SIGINT", onSignal);
  try {
    const findings = await findDuplicates(options, interrupt.signal);
    for (const line of describeStages(findings)) console.error(line);
    for (const line of describe(findings, options.all)) console.log(line);
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    const { checkpoint } = options;
    const kept = checkpoint === undefined ? "" : `: ${checkpoint.path} has what was done`;
    console.error(`Interrupted${kept}`);
    process.exitCode = 130;
  } finally {
    process.off("SIGINT", onSignal);
    options.checkpoint?.open.close();
  }
}
