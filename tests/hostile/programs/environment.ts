/**
 * `environment.ts FILE LANE…`: uses a queue of each lane in whatever surroundings it is started, and writes to FILE what came of
 * it, since its standard output may be closed.
 *
 * @module
 */
import { writeFileSync } from "node:fs";
import process from "node:process";
import { lanes } from "../support.ts";

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
