/**
 * `deno run -A examples/ndjson.ts [--megabytes 500] [--workers N]`: adds up a file of JSON lines on threads. Blocks of it are handed over
 * without a copy, and never more than a window of them is held, so the file may be larger than memory.
 *
 * @module
 */
import { defineTasks, ThreadQueue, transfer } from "@trilane/trilane";
import { mkdtemp, open, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";

const BLOCK_BYTES = 1024 * 1024;
const NEWLINE = 10;

/** What is known of some orders. */
interface Totals {
  readonly lines: number;
  readonly cents: number;
}

const { addUp } = defineTasks(import.meta.url, {
  /** Adds up the lines of a block. */
  addUp(block: Uint8Array): Totals {
    const lines = new TextDecoder().decode(block).trimEnd().split("\n");
    const cents = lines.reduce((sum, line) => sum + JSON.parse(line).cents, 0);
    return { lines: lines.length, cents };
  },
});

/** The blocks of a file, each of which ends with a line. They are handed over, not copied. */
async function* blocks(path: string): AsyncGenerator<Uint8Array> {
  await using file = await open(path);
  let rest: Uint8Array = new Uint8Array(0);
  for (;;) {
    const block = new Uint8Array(rest.length + BLOCK_BYTES);
    block.set(rest);
    const { bytesRead } = await file.read(block, rest.length, BLOCK_BYTES);
    const bytes = block.subarray(0, rest.length + bytesRead);
    if (bytesRead === 0) {
      if (bytes.length > 0) yield transfer(bytes, [bytes.buffer]);
      return;
    }
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    rest = bytes.slice(end);
    if (end > 0) yield transfer(bytes.subarray(0, end), [bytes.buffer]);
  }
}

/** Makes a file of orders and tells what is in it. */
async function make(path: string, megabytes: number): Promise<Totals> {
  await using file = await open(path, "w");
  let [bytes, lines, cents] = [0, 0, 0];
  while (bytes < megabytes * 1e6) {
    let text = "";
    for (let n = 0; n < 2000; n++, lines++) {
      const order = { id: lines, customer: `customer ${lines % 997}`, cents: lines % 10_000 };
      cents += order.cents;
      text += `${JSON.stringify(order)}\n`;
    }
    bytes += text.length;
    await file.write(text);
  }
  return { lines, cents };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      megabytes: { type: "string", default: "20" },
      workers: { type: "string", default: `${availableParallelism()}` },
    },
  });
  const folder = await mkdtemp(join(tmpdir(), "ndjson-"));
  try {
    const path = join(folder, "orders.ndjson");
    const made = await make(path, Number(values.megabytes));

    await using queue = new ThreadQueue({ workers: Number(values.workers), retain: "none" });
    const startedAt = performance.now();
    let [lines, cents] = [0, 0];
    for await (const totals of queue.stream(addUp, blocks(path), { ordered: false })) {
      lines += totals.lines;
      cents += totals.cents;
    }
    const seconds = (performance.now() - startedAt) / 1000;

    if (lines !== made.lines || cents !== made.cents) throw new Error("Lines were lost");
    console.log(`${lines} lines, ${cents} cents`);
    const rate = Math.round(Number(values.megabytes) / seconds);
    const memory = Math.round(process.memoryUsage().rss / 1e6);
    console.error(`${rate} MB/s, ${memory} MB of memory`);
  } finally {
    await rm(folder, { recursive: true });
  }
}
