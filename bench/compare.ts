/**
 * `deno task bench:compare [--on RUNTIME] [--only TEXT] [--share N] [--write | --redraw]`: Trilane beside other queues and pools,
 * on Deno and on Bun; those that don't run there on Node. The goals come last, the one that is furthest from being reached first.
 *
 * `--on` names another runtime, several times if need be, or `all`. `--only` picks the works with the text in their id, several texts with commas between. `--share 0.3` does that share
 * of the rounds and of the time. `--write` keeps what came of it under `bench/results/`, beside what is there of other works.
 * `--redraw` measures nothing: it writes the tables and charts of what is there anew.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import trilane from "../deno.json" with { type: "json" };
import { bunPath } from "../scripts/bun.ts";
import { nodePath } from "../scripts/node.ts";
import { launch } from "../tests/browser/chromium.ts";
import { type Commands, compare } from "./arena.ts";
import { goalTable } from "./goals.ts";
import { markdown } from "./markdown.ts";
import peers from "./package.json" with { type: "json" };
import { keep, redraw } from "./results.ts";
import { type Comparison, summarize } from "./statistics.ts";
import { type Runtime, RUNTIMES } from "./work.ts";
import { works } from "./works.ts";

const options = parseArgs(Deno.args, {
  string: ["on", "only", "share"],
  boolean: ["write", "redraw"],
  collect: ["on"],
  default: { on: ["deno", "bun"], only: "", share: "1" },
  unknown: (arg) => {
    throw new RangeError(`Unknown argument: '${arg}'`);
  },
});

const on: readonly string[] = options.on;
const runtimes = on.includes("all") ? RUNTIMES : on as readonly Runtime[];
for (const runtime of runtimes) {
  if (!RUNTIMES.includes(runtime)) {
    throw new RangeError(`--on must be ${RUNTIMES.join(", ")} or all: got ${runtime}`);
  }
}

if (options.redraw) {
  for (const runtime of runtimes) await redraw(runtime);
  Deno.exit();
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

async function output(command: string, ...args: string[]): Promise<string> {
  const { success, stdout } = await new Deno.Command(command, {
    args,
    cwd: here("."),
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`${command} ${args.join(" ")} failed`);
  return new TextDecoder().decode(stdout).trim();
}

async function browserVersion(): Promise<string> {
  await using browser = await launch();
  return browser.version();
}

// Deno takes the peers from its cache, Bun and Node from here.
await output("npm", "install", "--silent", "--no-audit", "--no-fund", "--no-package-lock");
const isOn = (...some: Runtime[]) => some.some((runtime) => runtimes.includes(runtime));
if (isOn("node", "chromium")) {
  // What runs TypeScript elsewhere runs JavaScript there, as it comes from npm.
  const build = [here("../scripts/std.ts"), "run", "--allow-all", here("../scripts/npm.ts")];
  const folder = here("node_modules/@trilane/trilane");
  await output(Deno.execPath(), "run", "--allow-all", ...build, folder);
}
const deno = ["run", "--no-check", "--config", here("deno.json"), "--allow-all"];
if (isOn("chromium")) await output(Deno.execPath(), ...deno, here("page/build.ts"));
const bun = await bunPath();
const node = await nodePath(24);
const contestant = here("contestant.ts");
const commands: Commands = {
  deno: [Deno.execPath(), ...deno, "--v8-flags=--expose-gc", contestant],
  bun: [bun, contestant],
  node: [node, "--expose-gc", "--no-warnings", contestant],
  chromium: [Deno.execPath(), ...deno, here("page/contestant.ts")],
};
const versions: Record<Runtime, string> = {
  deno: `Deno ${Deno.version.deno}`,
  bun: `Bun ${await output(bun, "--version")}`,
  node: `Node ${(await output(node, "--version")).slice(1)}`,
  chromium: isOn("chromium") ? `Chromium ${await browserVersion()}` : "",
};

const machine = `${cpus().length} cores (${cpus()[0].model.trim()})`;
const names = Object.entries({ [trilane.name]: trilane.version, ...peers.dependencies })
  .map(([name, version]) => `${name} ${version.replace(/^npm:.*@/, "")}`).join(", ");
const only = options.only.split(",");

for (const runtime of runtimes) {
  // What doesn't run there runs on Node.
  const where = [versions[runtime], ...["deno", "bun"].includes(runtime) ? [versions.node] : []];
  const startedAt = performance.now();
  const head = `${where.join(", ")}, ${machine}. ${names}.`;
  console.log(`## ${versions[runtime]}\n\n${head}\n`);
  const comparisons: Comparison[] = [];
  const picked = works.filter(({ id, on }) =>
    only.some((text) => id.includes(text)) && (on ?? [runtime]).includes(runtime)
  );
  for (const [index, work] of picked.entries()) {
    const outcomes = await compare(work, runtime, commands, Number(options.share));
    const comparison = summarize(work, outcomes);
    comparisons.push(comparison);
    console.log(markdown(comparison, runtime));
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    console.error(`${index + 1} of ${picked.length}: ${work.id}, ${seconds} s`);
  }
  console.log(goalTable(comparisons, runtime));
  if (options.write) await keep(runtime, { runtime: versions[runtime], head }, comparisons);
}
