/**
 * `deno task test [--deno | --bun] [FILE…]`: runs the tests on Deno and on Bun and, on Deno, the
 * examples in the documentation. FILE is any part of a test file's path. What failed is
 * repeated at the end. The last line counts the tests of both runtimes: `N passed, N failed`.
 *
 * @module
 */
import { existsSync, readdirSync } from "node:fs";
import { stdArgs } from "./std.ts";
import { type Tally, tally } from "./tally.ts";

/** Bun comes from npm, so that no more than Node has to be installed. */
const bun = ["npx", "--yes", "bun@1.4.5"];

/** Where the examples are: public modules, whatever they re-export, and the guide. */
const documented = ["mod.ts", "src", "README.md"].filter((path) => existsSync(path));

/** Runs a command in the foreground. */
async function run([command, ...args]: string[]): Promise<boolean> {
  const child = new Deno.Command(command!, { args, stdin: "null" }).spawn();
  return (await child.status).success;
}

/** Runs a test runner that is told where to write its report, and counts. */
async function count(command: (report: string) => string[]): Promise<Tally> {
  const report = await Deno.makeTempFile({ suffix: ".xml" });
  try {
    const succeeded = await run(command(report));
    return tally(await Deno.readTextFile(report), succeeded);
  } finally {
    await Deno.remove(report);
  }
}

async function testOnDeno(files: string[], examples: string[]): Promise<Tally> {
  const std = await stdArgs();
  console.log(`Deno, @std: ${std.length === 0 ? "the packages" : "the stand-ins in tests/std"}`);
  return count((report) => [
    ...[Deno.execPath(), "test", "--allow-all", "--doc", "--junit-path", report],
    ...[...std, ...files, ...examples],
  ]);
}

async function testOnBun(files: string[]): Promise<Tally> {
  console.log("\nBun, @std: the stand-ins in tests/std");
  if (!await run([...bun, "install", "--frozen-lockfile"])) return tally(undefined, false);
  // Bun takes a path for a pattern unless it begins with a dot.
  return count((report) => [
    ...[...bun, "test", "--reporter", "junit", "--reporter-outfile", report],
    ...files.map((file) => `./${file}`),
  ]);
}

const options = Deno.args.filter((arg) => arg.startsWith("-") && arg !== "--");
const patterns = Deno.args.filter((arg) => !arg.startsWith("-"))
  .map((pattern) => pattern.replace(/^\.\//, ""));
const unknown = options.find((option) => option !== "--deno" && option !== "--bun");
if (unknown !== undefined) {
  console.error(`Unknown option: '${unknown}'. Use --deno or --bun`);
  Deno.exit(2);
}

const files = readdirSync("tests", { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith("_test.ts"))
  .map((path) => `tests/${path.replaceAll("\\", "/")}`)
  .filter((path) => patterns.length === 0 || patterns.some((pattern) => path.includes(pattern)))
  .sort();
if (files.length === 0) {
  console.error(`No test file matches ${patterns.join(", ")}`);
  Deno.exit(2);
}

const tallies: [string, Tally][] = [];
if (!options.includes("--bun")) {
  tallies.push(["Deno", await testOnDeno(files, patterns.length === 0 ? documented : [])]);
}
if (!options.includes("--deno")) tallies.push(["Bun", await testOnBun(files)]);

// Once more at the end, so that thousands of passed tests don't hide them.
for (const [runtime, { failures }] of tallies) {
  for (const failure of failures) console.log(`\nFailed on ${runtime}: ${failure}`);
}
console.log();
for (const [runtime, { passed, failed }] of tallies) {
  console.log(`${runtime}: ${passed} passed, ${failed} failed`);
}
const sum = (key: "passed" | "failed") =>
  tallies.reduce((total, [, counts]) => total + counts[key], 0);
console.log(`\n${sum("passed")} passed, ${sum("failed")} failed`);
// A run without a single test has shown nothing.
Deno.exit(sum("failed") === 0 && sum("passed") > 0 ? 0 : 1);
