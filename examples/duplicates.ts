/**
 * Finds duplicate files: `deno task demo [DIR]`, or `bun examples/duplicates.ts [DIR]`.
 *
 * Every directory is listed and every file is hashed by a task of one `AsyncQueue`. The files are
 * streamed through it: the walk is never further ahead of the hashing than the stream's window.
 *
 * @module
 */
import process from "node:process";
import { AsyncQueue, type RunSummary, trackProgress } from "@trilane/trilane";
import { parseArguments } from "./duplicates/arguments.ts";
import { type HashedFile, hashFile, mayPass, walk } from "./duplicates/files.ts";
import { describeDuplicates, findDuplicates } from "./duplicates/report.ts";
import { Totals } from "./duplicates/totals.ts";

/** A busy file system gets time to recover; what can't get better is not tried again. */
const patient = { retries: 3, retryDelay: 50, backoff: 2, jitter: 0.5, retryIf: mayPass };

async function hashAll(root: string): Promise<{ files: HashedFile[]; summary: RunSummary }> {
  const totals = new Totals();
  const queue = new AsyncQueue({
    // Until `shutdown()`: whenever the walk waits for a directory the queue may have nothing to do.
    mode: "infinite",
    onProgress: (_task, bytes) => totals.read(bytes as number),
    onComplete: (result) => totals.ended(result),
  });
  // How much there is to do is known when it is done.
  using progress = trackProgress(queue, { total: Infinity, detail: () => totals.bytes() });
  const run = queue.run();
  const files: HashedFile[] = [];
  // Results instead of values, since an unreadable file must not end the loop: the summary tells.
  const results = queue.stream(hashFile, walk(queue, root, patient), {
    ...patient,
    ordered: false,
    settled: true,
  });
  for await (const result of results) {
    if (result.status === "succeeded") files.push(result.value);
  }
  await queue.shutdown();
  progress.stop();
  console.error(`${totals}`);
  return { files, summary: await run };
}

const root = parseArguments(process.argv.slice(2));
if (root !== undefined) {
  const { files, summary } = await hashAll(root);
  for (const line of describeDuplicates(findDuplicates(files))) console.log(line);
  summary.display();
}
