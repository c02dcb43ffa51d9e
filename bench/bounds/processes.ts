/**
 * A child: a line there and back through its pipes, 100 MB out of it, and what it takes to write them.
 *
 * @module
 */
import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { bareProcesses } from "../bare.ts";
import { quantile } from "../work.ts";
import { type Bound, report } from "./bound.ts";

const TRIPS = 2_000;
const MB_100 = 100_000_000;

const child = await bareProcesses.open(1);

async function trips(share: number): Promise<number> {
  const times = new Float64Array(TRIPS);
  for (let i = 0; i < TRIPS; i++) {
    const start = performance.now();
    await child.run("increment", i);
    times[i] = 1000 * (performance.now() - start);
  }
  return quantile(times.sort(), share);
}

async function atOnce(count: number): Promise<number> {
  const start = performance.now();
  await Promise.all(Array.from({ length: count }, (_, i) => child.run("increment", i)));
  return (performance.now() - start) * 1e6 / count;
}

/** Runs a program of this folder, and reads what it prints as a number. */
function number(program: string, ...args: string[]): Promise<number> {
  const path = fileURLToPath(new URL(`programs/${program}`, import.meta.url));
  const options = process.versions.deno === undefined ? [] : ["run", "--allow-all"];
  const { promise, resolve } = Promise.withResolvers<number>();
  let output = "";
  spawn(process.execPath, [...options, path, ...args], { stdio: ["ignore", "pipe", "inherit"] })
    .on("close", () => resolve(Number(output)))
    .stdout!.on("data", (data) => output += data);
  return promise;
}

const bounds: readonly Bound[] = [
  { name: "a line of JSON there and back, p50", unit: "µs", measure: () => trips(0.5) },
  { name: "a line of JSON there and back, p99", unit: "µs", measure: () => trips(0.99) },
  {
    name: "10,000 lines at once to a child and back",
    unit: "ns a line",
    measure: () => atOnce(10_000),
  },
  {
    name: "100 MB out of a child's pipe into one array: the reader's memory",
    unit: "copies",
    measure: async () => await number("read_100_mb.js") / MB_100,
  },
  ...["bytes", "text"].map((kind): Bound => ({
    name: `100 MB of ${kind}, made and written by \`node:v8\`: the writer's memory`,
    unit: "copies",
    measure: async () => await number("serialize_100_mb.js", kind) / MB_100,
  })),
];

await report("Processes", bounds);
await child.close();
