/**
 * Writes the end of a report to stderr after tasks have written to their standard output.
 *
 * @module
 */
import { existsSync, writeFileSync } from "node:fs";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { importTasks, ProcessQueue } from "../../../../../mod.ts";

const tasks = importTasks<typeof import("../tasks.ts")>(new URL("../tasks.ts", import.meta.url));
const queue = new ProcessQueue({ workers: 2 });
await queue.start();

const scenarios: Record<string, () => Promise<unknown>> = {
  async lines() {
    const handles = queue.map(tasks.log, Array.from({ length: 200 }, (_, i) => `line ${i}`));
    for (const handle of handles) await handle.value();
    await queue.submit(tasks.stdoutWrite, ["written\n"]).value();
    await queue.submit(tasks.logError, ["to stderr"]).value();
  },
  async manyLines() {
    // The last thing that it does: what it has written must arrive all the same.
    return await queue.submit(tasks.stdoutLines, [20_000]).value();
  },
  async much() {
    const bytes = new Uint8Array(10 << 20).fill(0xfe);
    bytes[bytes.length - 1] = 0x0a;
    return await queue.submit(tasks.write, [bytes]).value();
  },
  async noise() {
    // Bytes of all kinds, and what begins like frames, while others send results.
    const noise = Uint8Array.from({ length: 5_000 }, (_, i) => i % 3 === 0 ? 0xfe : i);
    const writes = Array.from({ length: 40 }, () => queue.submit(tasks.write, [noise]));
    const echoes = Array.from(
      { length: 40 },
      (_, i) => queue.submit(tasks.fill, [10_000, i % 256]),
    );
    for (const write of writes) await write.value();
    let right = 0;
    for (const [i, echo] of echoes.entries()) {
      const bytes = await echo.value();
      if (bytes.length === 10_000 && bytes.every((byte) => byte === i % 256)) right++;
    }
    return right;
  },
  async grandchild() {
    const script =
      "while [ ! -e \"$0\" ]; do printf 'grandchild says a long line of text\\n'; done";
    const file = process.argv[3];
    await queue.submit(tasks.leave, [script.replace("$0", file)]).value();
    const handles = queue.map(
      tasks.fill,
      Array.from({ length: 100 }, (): [number, number] => [20_000, 10]),
    );
    for (const handle of handles) {
      const bytes = await handle.value();
      if (!bytes.every((byte) => byte === 10)) throw new Error("damaged");
    }
    writeFileSync(file, "");
    return handles.length;
  },
  async orphanedOutput() {
    // It writes on when its child has ended and the queue is shut down.
    const script = "while [ ! -e '$0' ]; do sleep 0.01; done; echo at last";
    const file = process.argv[3];
    await queue.submit(tasks.leave, [script.replace("$0", file)]).value();
    await queue.shutdown();
    writeFileSync(file, "");
    // Until the test has seen it.
    while (!existsSync(`${file}.seen`)) await delay(5);
  },
  async lastWords() {
    await queue.submit(tasks.writeAndExit, ["last words\n"]);
  },
};

const result = await scenarios[process.argv[2]]();
await queue.shutdown();
console.error(`result: ${result}`);
