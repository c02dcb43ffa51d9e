import { existsSync } from "node:fs";
import process from "node:process";
import { printable } from "../../base/printable.ts";
import { opened } from "../input/files.ts";
import { openInputs } from "../input/source.ts";
import { LineWriter } from "../output/line_writer.ts";
import { failureLine } from "../output/outcome.ts";
import { Feed } from "./feed.ts";
import { RunMemory } from "./memory.ts";
import type { RunPlan } from "./run.ts";

/**
 * Prints what would be run, and runs nothing.
 *
 * @param plan What would be run.
 * @returns The exit status: 1 when an input can't be read.
 * @throws {UsageError} (rejects) When the input isn't there.
 */
export async function dryRun({ work, origin, options }: RunPlan): Promise<number> {
  let status = 0;
  const output = new LineWriter((text, done) => void process.stdout.write(text, done), () => {});
  const ignore = () => {};
  process.stdout.on("error", ignore);
  const { checkpoint, batch = 1 } = options;
  // A file that isn't there is not to be made.
  const memory = checkpoint !== undefined && existsSync(checkpoint)
    ? opened("checkpoint", checkpoint, (path) => new RunMemory(path, work))
    : undefined;
  const feed = new Feed({
    inputs: openInputs(origin, options),
    work,
    memory,
    batch,
    window: Infinity,
    done: (outcome) => {
      feed.told();
      if (outcome.status === "succeeded") return;
      status = 1;
      process.stderr.write(`${failureLine(outcome)}\n`);
    },
  });
  for await (const { inputs } of feed.jobs(new AbortController().signal)) {
    output.add(printable(work.describe(inputs)));
    for (const _ of inputs) feed.told();
    if (output.full) await output.drained();
  }
  await output.drained();
  memory?.close();
  process.stdout.off("error", ignore);
  return status;
}
