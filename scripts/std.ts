/**
 * Picks what `@std/*` means: the real packages where JSR can be reached, the stand-ins under
 * `tests/std/` elsewhere. Both come with an import map that also names what only tests need, and
 * with a lock file of its own: `deno task` downloads whatever the lock file of `deno.json` lists.
 *
 * Run as a program it passes a command on to Deno with the right choice made:
 * `deno run --allow-all scripts/std.ts test --allow-all tests/std/assert_test.ts`. With `--bench`
 * after the command it is one for the benchmarks.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import packages from "../tests/import_map.json" with { type: "json" };

/** JSR counts as out of reach when it neither answers nor refuses within this time. */
const REACH_TIMEOUT_MS = 20_000;

/** Tells the programs that this one starts, and those that they start, what has been found out. */
const CHOICE_VARIABLE = "TRILANE_STD";

/** What `@std/*` means. */
export type Choice = "packages" | "stand-ins";

/** Finds out what `@std/*` means here. */
export async function choose(): Promise<Choice> {
  const chosen = Deno.env.get(CHOICE_VARIABLE);
  if (chosen === "packages" || chosen === "stand-ins") return chosen;
  const targets = Object.values(packages.imports).filter((target) => target.startsWith("jsr:"));
  const reachable = await Promise.all(targets.map(canLoad));
  const choice = reachable.every(Boolean) ? "packages" : "stand-ins";
  Deno.env.set(CHOICE_VARIABLE, choice);
  return choice;
}

/** Tells what to add to a `deno` command line so that `@std/*` resolves. */
export async function stdArgs(): Promise<string[]> {
  return [...await mapArgs(), "--lock", pathOf("tests/deno.lock")];
}

/** Tells the same where nothing is to be locked. */
export async function mapArgs(): Promise<string[]> {
  const map = await choose() === "packages" ? "import_map.json" : "std/import_map.json";
  return ["--import-map", pathOf(`tests/${map}`)];
}

/** Tells the same for the benchmarks, whose own configuration names their peers. */
export async function benchArgs(): Promise<string[]> {
  const map = ["--import-map", pathOf("bench/std_import_map.json")];
  return [
    ...["--config", pathOf("bench/deno.json")],
    // That of `deno.json` has the packages.
    ...await choose() === "packages" ? [] : map,
  ];
}

function pathOf(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}

/** Lets Deno find and download a package with all it imports. */
async function canLoad(specifier: string): Promise<boolean> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["info", "--no-lock", specifier],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const timer = setTimeout(() => child.kill("SIGKILL"), REACH_TIMEOUT_MS);
  const { success } = await child.status;
  clearTimeout(timer);
  return success;
}

if (import.meta.main) {
  const [command, ...rest] = Deno.args;
  if (command === undefined) {
    console.error("Usage: deno task std COMMAND [--bench] [ARGUMENT…]");
    Deno.exit(2);
  }
  const isBench = rest[0] === "--bench";
  const args = [command, ...isBench ? await benchArgs() : await stdArgs()];
  args.push(...rest.slice(isBench ? 1 : 0));
  // A terminal interrupts the program too, and how that ends is for it to say.
  Deno.addSignalListener("SIGINT", () => {});
  Deno.exit((await new Deno.Command(Deno.execPath(), { args }).spawn().status).code);
}
