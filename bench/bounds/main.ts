/**
 * `deno task bench:bounds [--on RUNTIME] [--write] [NAME…]`: what the platform itself costs, on Deno, Bun and Node. `--write` keeps it
 * under `bench/results/`.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { fileURLToPath } from "node:url";
import { bunPath } from "../../scripts/bun.ts";
import { nodePath } from "../../scripts/node.ts";
import { formatResults } from "../results.ts";

const NAMES = ["event_loop", "threads", "processes", "values", "sqlite", "starts", "imports"];

const TITLES: Record<string, string> = { deno: "Deno", bun: "Bun", node: "Node" };

const options = parseArgs(Deno.args, {
  string: ["on", "_"],
  boolean: ["write"],
  collect: ["on"],
  default: { on: ["deno", "bun", "node"] },
  unknown: (arg) => {
    if (arg.startsWith("-")) throw new RangeError(`Unknown option: '${arg}'`);
  },
});
const names = options._.length === 0 ? NAMES : options._.map(String);

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const commands: Record<string, () => Promise<string[]>> = {
  deno: () =>
    Promise.resolve([
      ...[Deno.execPath(), "run", "--no-check", "--config", here("../deno.json"), "--allow-all"],
    ]),
  bun: async () => [await bunPath()],
  node: async () => [await nodePath(24), "--no-warnings"],
};

for (const runtime of options.on) {
  const [command, ...args] = await commands[runtime]!() as [string, ...string[]];
  let text = `# Bounds on ${TITLES[runtime]}\n\n`;
  for (const name of names) {
    const { stdout, success } = await new Deno.Command(command, {
      args: [...args, here(`${name}.ts`)],
      stderr: "inherit",
    }).output();
    if (!success) throw new Error(`${name} failed on ${runtime}`);
    const table = new TextDecoder().decode(stdout);
    console.log(table);
    text += `${table}\n`;
  }
  if (!options.write) continue;
  await Deno.writeTextFile(here(`../results/${runtime}-bounds.md`), text);
  await formatResults();
}
