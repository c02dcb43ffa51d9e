/**
 * `contestant.ts WORK CONTENDER`: one contender in a process of its own. Says when it is ready; then each line of
 * input is a round, answered by a line of JSON. The end of the input is its own.
 *
 * @module
 */
import process from "node:process";
import { createInterface } from "node:readline";
import { collectYoungGarbage } from "./memory.ts";
import { contenderOf } from "./works.ts";

const [id, name] = process.argv.slice(2);
const say = (message: object) => process.stdout.write(`\n${JSON.stringify(message)}\n`);

try {
  const runner = await contenderOf(id!, name!).open();
  say({ ready: true });
  for await (const _ of createInterface({ input: process.stdin })) {
    collectYoungGarbage();
    say({ figures: await runner.round() });
  }
  await runner.close?.();
} catch (error) {
  say({ error: error instanceof Error ? error.message : `${error}` });
}
// Some pools leave something behind that keeps a program alive.
process.exit();
