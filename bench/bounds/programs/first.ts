/**
 * `first.ts [threads | processes]`: prints a line, with an argument only when a bare worker has answered.
 *
 * @module
 */
import process from "node:process";

const kind = process.argv[2];
if (kind === undefined) {
  console.log("ready");
} else {
  const { bareProcesses, bareThreads } = await import("../../bare.ts");
  const bare = await (kind === "threads" ? bareThreads : bareProcesses).open(1);
  console.log(await bare.run("increment", 1));
  await bare.close();
}
