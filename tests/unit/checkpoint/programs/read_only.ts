/**
 * Tries to open a checkpoint that it may read and not write: `read_only FILE`. Says how that fails.
 *
 * @module
 */
import process from "node:process";
import { Checkpoint } from "../../../../src/checkpoint/mod.ts";

new Checkpoint(":memory:").close();
// To root nothing is read-only.
if (process.getuid!() === 0) process.setuid!(65534);
try {
  new Checkpoint(process.argv[2]!);
} catch (error) {
  console.log(`${error}`);
}
