/**
 * `deno task fuzz [--messages N] [--seed S] [--only TEXT]`: has changed messages read by all that reads messages from elsewhere. On
 * Bun: `bun tests/fuzz/main.ts`.
 *
 * @module
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { fuzz } from "./fuzz.ts";
import { targets } from "./targets.ts";

/** Read together, with a seed of their own. */
const ROUND = 2_000;

const { values: options } = parseArgs({
  options: {
    messages: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
    only: { type: "string", default: "" },
  },
});

function whole(name: "messages" | "seed"): number {
  const value = Number(options[name]);
  if (Number.isInteger(value) && value >= 0) return value;
  console.error(`--${name} must be a whole number: got '${options[name]}'`);
  process.exit(2);
}

const names = Object.keys(targets).filter((name) => name.includes(options.only));
const rounds = Math.ceil(whole("messages") / names.length / ROUND);
const seed = whole("seed");
let total = 0;
for (const name of names) {
  const since = performance.now();
  for (let round = 0; round < rounds; round++) await fuzz(name, ROUND, seed + round);
  total += rounds * ROUND;
  const seconds = (performance.now() - since) / 1000;
  console.log(`${name}: ${rounds * ROUND} messages, ${seconds.toFixed(1)} s`);
}
console.log(`${total} messages, no harm done`);
