/**
 * Picks what `@std/*` means: the real packages where JSR can be reached, the stand-ins under
 * `tests/std/` elsewhere. Everything but the tests and scripts works without either.
 *
 * Run as a program it passes a command on to Deno with the right choice made:
 * `deno run --allow-all scripts/std.ts test --allow-all tests/std/assert_test.ts`.
 *
 * @module
 */
import config from "../deno.json" with { type: "json" };

/** Where JSR is neither reached nor refused within this time it counts as out of reach. */
const patience = 20_000;

/**
 * Tells what to add to a `deno` command line so that `@std/*` resolves.
 *
 * @returns nothing where the packages can be loaded, the stand-ins' import map otherwise
 */
export async function stdArgs(): Promise<string[]> {
  const packages = Object.values(config.imports).filter((target) => target.startsWith("jsr:"));
  const reachable = await Promise.all(packages.map(canLoad));
  return reachable.every(Boolean) ? [] : ["--import-map", "tests/std/import_map.json"];
}

/** Lets Deno find and download a package with all it imports. */
async function canLoad(specifier: string): Promise<boolean> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["info", "--no-lock", specifier],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const timer = setTimeout(() => child.kill("SIGKILL"), patience);
  const { success } = await child.status;
  clearTimeout(timer);
  return success;
}

if (import.meta.main) {
  const [command, ...rest] = Deno.args;
  if (command === undefined) {
    console.error("Usage: deno task std COMMAND [ARGUMENT…]");
    Deno.exit(2);
  }
  const child = new Deno.Command(Deno.execPath(), { args: [command, ...await stdArgs(), ...rest] });
  Deno.exit((await child.spawn().status).code);
}
