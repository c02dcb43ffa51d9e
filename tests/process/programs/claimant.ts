/**
 * Begins tasks one after the other as they are announced, and prints those that it may run.
 *
 * @module
 */
import process from "node:process";
import { FileWorkerClaims } from "../../../src/process/file_claims.ts";

const [path, count] = process.argv.slice(2);
const claims = new FileWorkerClaims(path, () => {});
const run: number[] = [];
for (let ticket = 1; ticket <= Number(count); ticket++) {
  while (!claims.isAnnounced());
  if (claims.begin(ticket)) run.push(ticket);
}
console.log(JSON.stringify(run));
