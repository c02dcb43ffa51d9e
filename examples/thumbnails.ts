/**
 * `deno run -A examples/thumbnails.ts FOLDER`: makes a PNG thumbnail of each PPM image in a folder. The event loop reads and writes
 * files, threads shrink pixels, and a child process that may do nothing else encodes. Each image goes its way by itself: one that is
 * broken takes nothing with it.
 *
 * @module
 */
import { AsyncQueue, importTasks, ProcessQueue, ThreadQueue, transfer } from "@trilane/trilane";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";

const FACTOR = 8;

const { shrink, encode } = importTasks<typeof import("./thumbnails/steps.ts")>(
  new URL("./thumbnails/steps.ts", import.meta.url),
);

async function makeThumbnails(folder: string): Promise<void> {
  await using disk = new AsyncQueue({ workers: 8, defaults: { retries: 2 } });
  await using threads = new ThreadQueue();
  await using fenced = new ProcessQueue({
    workers: 1,
    permissions: "Deno" in globalThis ? "none" : "inherit",
    defaults: { timeout: 10_000, retries: 1 },
  });

  const names = (await readdir(folder)).filter((name) => name.endsWith(".ppm")).sort();
  const written = names.map((name) => {
    const options = { name };
    const bytes = disk.submit(
      async () => new Uint8Array(await readFile(join(folder, name))),
      options,
    );
    const small = threads.submitAfter(
      [bytes],
      shrink,
      (bytes) => [transfer(bytes, [bytes.buffer]), FACTOR] as const,
      options,
    );
    const png = fenced.submitAfter([small], encode, options);
    return disk.submitAfter([png], async (png) => {
      await writeFile(join(folder, name.replace(/\.ppm$/, ".png")), png);
      return png.length;
    }, options);
  });

  for (const thumbnail of written) {
    const result = await thumbnail;
    if (result.status === "succeeded") console.log(`${thumbnail.name}: ${result.value} bytes`);
    else console.log(`${thumbnail.name}: ${result.message}`);
  }
}

const folder = process.argv[2];
if (folder === undefined) {
  console.error("Usage: deno run -A examples/thumbnails.ts FOLDER");
  process.exit(2);
}
await makeThumbnails(folder);
