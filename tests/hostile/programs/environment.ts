/**
 * `environment.ts FILE LANE…`: uses a queue of each lane in whatever surroundings it is started, and writes to FILE what came of
 * it, since its standard output may be closed. With GONE in its environment it removes that folder first, and is in it.
 *
 * @module
 */
import { rmdirSync, writeFileSync } from "node:fs";
import process from "node:process";

const { GONE: gone } = process.env;
if (gone !== undefined) {
  process.chdir(gone);
  rmdirSync(gone);
}
const { lanes } = await import("../support.ts");
const [file, ...names] = process.argv.slice(2);
const outcomes: Record<string, unknown> = {};
for (const { name, create, tasks } of lanes) {
  if (!names.includes(name)) continue;
  const queue = create({ workers: 1 });
  const [sum, slow, written, failed] = await Promise.all([
    queue.submit(tasks.add, [1, 1]),
    queue.submit(tasks.addSlowly, [2, 2], { timeout: 60_000 }),
    queue.submit(name === "AsyncQueue" ? () => "written" : tasks.writeGarbage),
    queue.submit(tasks.fail, ["right"]),
  ]);
  await queue.shutdown();
  outcomes[name] = [sum, slow, written, failed].map((result) =>
    result.status === "succeeded" ? result.value : result.message
  );
}
writeFileSync(file!, JSON.stringify(outcomes));
