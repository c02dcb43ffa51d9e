/**
 * Begins tasks one after the other as they are announced, and prints those that it may run.
 *
 * @module
 */
import process from "node:process";
import { FileWorkerClaims } from "../../../../../src/lanes/process/file_claims.ts";
import { ExchangeFile } from "../../../../../src/runtime/exchange_file.ts";
import { channels } from "../../../../../src/runtime/channels.ts";

const [path, count] = process.argv.slice(2);
const claims = new FileWorkerClaims(new ExchangeFile(channels.files!, path), () => {});
const run: number[] = [];
for (let ticket = 1; ticket <= Number(count); ticket++) {
  while (!claims.isAnnounced());
  if (claims.begin(ticket)) run.push(ticket);
}
console.log(JSON.stringify(run));
