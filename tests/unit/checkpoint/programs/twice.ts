/**
 * Opens a checkpoint twice, and records something each time: `twice FILE`.
 *
 * @module
 */
import process from "node:process";
import { Checkpoint } from "../../../../src/checkpoint/mod.ts";

for (const key of ["1", "2"]) {
  using checkpoint = new Checkpoint(process.argv[2]!);
  checkpoint.record("twice", key, key);
  console.log(checkpoint.count());
}
