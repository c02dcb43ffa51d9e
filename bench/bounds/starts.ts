/**
 * Programs that do nothing: how long one takes to begin, with a thread and with a child.
 *
 * @module
 */
import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type Bound, report } from "./bound.ts";

/** Milliseconds from a program's start to the first that it prints. */
function first(...args: string[]): Promise<number> {
  const path = fileURLToPath(new URL("programs/first.ts", import.meta.url));
  const config = fileURLToPath(new URL("../deno.json", import.meta.url));
  const options = process.versions.deno === undefined
    ? []
    : ["run", "--no-check", "--config", config, "--allow-all"];
  const { promise, resolve } = Promise.withResolvers<number>();
  const start = performance.now();
  let ms = 0;
  const child = spawn(process.execPath, [...options, path, ...args], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  child.stdout!.once("data", () => ms = performance.now() - start);
  // What comes next is not to be slowed down by its end.
  child.on("close", () => resolve(ms));
  return promise;
}

const bounds: readonly Bound[] = [
  { name: "an empty program", unit: "ms", measure: () => first() },
  {
    name: "a program to the first answer of its bare thread",
    unit: "ms",
    measure: () => first("threads"),
  },
  {
    name: "a program to the first answer of its bare child",
    unit: "ms",
    measure: () => first("processes"),
  },
];

await report("Starts", bounds);
