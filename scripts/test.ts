/**
 * `deno task test [--deno | --bun] [FILE…]`: runs the tests on Deno and on Bun side by side; `deno task test:node [FILE…]`,
 * which is this with `--node`, on two versions of Node; `deno task test:browser [FILE…]`, with `--browser`, the tests of pages, and
 * the conformance tests in Chromium. FILE is any part of a test file's path. What failed is repeated at the end. The last line
 * counts the tests of all runtimes: `N passed, N failed`.
 *
 * Types are not checked: `deno task check` does that.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { LEFT_OUT_FILES } from "../tests/browser/conformance/left_out.ts";
import { BUN, bunPath } from "./bun.ts";
import { type Job, runJobs } from "./jobs.ts";
import { type NodeMajor, nodePath } from "./node.ts";
import { choose, stdArgs } from "./std.ts";
import { type Tally, tally } from "./tally.ts";

const RUNTIMES = ["Deno", "Bun", "Node", "Chromium"] as const;
type Runtime = typeof RUNTIMES[number];

/** Tests to run, and where the runner leaves its report. */
interface TestJob extends Job {
  readonly runtime: Runtime;
  readonly report: string;
}

/** Where the packages of npm are that the tests need on Bun and Node. */
const BUN_PACKAGES = "tests/npm";

/**
 * What isn't tested on Node: what is about this repository, its scripts and its pages, or about Bun's own; and what asks nothing of a
 * runtime but the language, which Deno has from the same engine.
 */
const NOT_ON_NODE =
  /^tests\/(scripts|std|simulation|fuzz|unit\/(base|engine|task|report))\/|^tests\/\w+_test|compiled_test/;

/** What Node 22 is tested with: it doesn't parse `using`, which some tests are written with. */
const ON_NODE_22 = /^tests\/conformance\//;
const USING = /^\s*(?:await )?using /m;

/** Conformance tests of what a cluster doesn't have: helpers for one batch, and programs that bring no node along. */
const NOT_OF_CLUSTERS = ["tests/conformance/map_test.ts", "tests/conformance/exit_test.ts"];

/** The tests of pages, which a program on Deno steers a browser for. */
const PAGES = "tests/browser/main.ts";

const startedAt = performance.now();

const options = parseArgs(Deno.args, {
  boolean: ["deno", "bun", "node", "browser", "cluster"],
  string: ["_"],
  unknown: (arg) => {
    if (arg.startsWith("-")) misused(`Unknown option: '${arg}'. Use --deno, --bun or --node`);
  },
});

/** How many files one job runs at the most. Cores are idle while the last jobs end, which short jobs keep short. */
const filesAtOnce = options.cluster ? 4 : 12;

/**
 * More jobs are run at once than there are cores: tests also wait for timers, and for what they start. Those of the cluster wait
 * most of the time, some for seconds on end: that a server that is gone comes back.
 */
const jobsBeyondCores = options.cluster ? 4 : 1;

const patterns = options._.map((pattern) => `${pattern}`.replace(/^\.\//, ""));

/** Those of the cluster need a server; see `test_cluster.ts`. The conformance tests are run with it and without. */
const isPicked = (path: string) =>
  path.startsWith("tests/cluster/") ? options.cluster : !options.cluster && !options.browser ||
    (path.startsWith("tests/conformance/") && !leftOut.includes(path));
const leftOut = options.browser ? LEFT_OUT_FILES : NOT_OF_CLUSTERS;
const isWanted = (path: string) =>
  patterns.length === 0 || patterns.some((pattern) => path.includes(pattern));
const files = readdirSync("tests", { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith("_test.ts"))
  .map((path) => `tests/${path.replaceAll("\\", "/")}`)
  .filter((path) => isPicked(path) && isWanted(path))
  .sort();
const pages = options.browser && isWanted(PAGES);
if (files.length === 0 && !pages) misused(`No test file matches ${patterns.join(", ")}`);
const chosen = options.deno || options.bun || options.node || options.browser;
const onDeno = options.deno || !chosen;
const onBun = options.bun || !chosen;
const onNode = options.node || (options.cluster && !chosen);

let jobsMade = 0;
const folder = mkdtempSync(join(tmpdir(), "trilane-test-"));
// As open as the system's own: a test's program gives up its rights.
chmodSync(folder, 0o755);
const tallies: [Runtime, Tally][] = [];
try {
  const ofDeno = onDeno ? await jobsOnDeno() : [];
  const installed = (onBun || onNode) && await install();
  const ofBun = onBun && installed ? await jobsOnBun() : [];
  const ofNode = onNode && installed ? await jobsOnNode() : [];
  if (onBun && ofBun.length === 0) tallies.push(["Bun", tally(undefined, false)]);
  if (onNode && ofNode.length === 0) tallies.push(["Node", tally(undefined, false)]);
  // In turns, so that both runtimes are at work from the beginning.
  const jobs = ofDeno.flatMap((job, index) => [job, ...ofBun.slice(index, index + 1)]);
  jobs.push(...ofBun.slice(ofDeno.length), ...ofNode);
  if (options.browser) jobs.push(...await jobsInBrowser());
  const atOnce = availableParallelism() + jobsBeyondCores;
  const succeeded = await runJobs(jobs, atOnce, (output) => Deno.stdout.writeSync(output));
  jobs.forEach(({ runtime, report }, index) => {
    const text = existsSync(report) ? readFileSync(report, "utf8") : undefined;
    tallies.push([runtime, tally(text, succeeded[index]!)]);
  });
} finally {
  rmSync(folder, { recursive: true });
}

// Once more at the end, so that thousands of passed tests don't hide them.
for (const [runtime, { failures }] of tallies) {
  for (const failure of failures) console.log(`\nFailed on ${runtime}: ${failure}`);
}
console.log();
for (const runtime of RUNTIMES) {
  const own = tallies.filter(([name]) => name === runtime);
  if (own.length > 0) console.log(`${runtime}: ${count(own)}`);
}
const seconds = Math.round((performance.now() - startedAt) / 1000);
console.log(`Took ${Math.floor(seconds / 60)} min ${seconds % 60} s`);
console.log(`\n${count(tallies)}`);
// A run without a single test has shown nothing.
Deno.exit(sum(tallies, "failed") === 0 && sum(tallies, "passed") > 0 ? 0 : 1);

async function jobsOnDeno(): Promise<TestJob[]> {
  const std = await stdArgs();
  const meaning = await choose() === "packages" ? "the packages" : "the stand-ins in tests/std";
  const test = ["test", "--allow-all", ...std];
  return parts(files).map(({ files, name }) =>
    job("Deno", `Deno, @std: ${meaning}${name}`, (report) => [
      ...[Deno.execPath(), ...test, "--no-check", "--junit-path", report],
      ...files,
    ])
  );
}

async function jobsOnBun(): Promise<TestJob[]> {
  const bun = await bunPath();
  return parts(files).map(({ files, name }) =>
    job("Bun", `Bun, @std: the stand-ins in tests/std${name}`, (report) => [
      ...[bun, "test", "--reporter", "junit", "--reporter-outfile", report],
      // Bun takes a path for a pattern unless it begins with a dot.
      ...files.map((file) => `./${file}`),
    ])
  );
}

/** On Node 24 all that applies, on Node 22 a part of it, and nothing of the cluster. */
async function jobsOnNode(): Promise<TestJob[]> {
  const applicable = files.filter((file) => !NOT_ON_NODE.test(file));
  const fewer = options.cluster
    ? []
    : applicable.filter((file) => ON_NODE_22.test(file) && !USING.test(readFileSync(file, "utf8")));
  const jobsOn = async (major: NodeMajor, files: readonly string[]) => {
    if (files.length === 0) return [];
    const node = await nodePath(major);
    return parts(files).map((part) =>
      job("Node", `Node ${major}${part.name}`, (report) => [
        ...[node, "--import", "./tests/node/setup.ts", "--test", "--test-concurrency=1"],
        ...["--test-reporter=spec", "--test-reporter-destination=stdout"],
        ...["--test-reporter=junit", `--test-reporter-destination=${report}`],
        ...part.files,
      ])
    );
  };
  return [...await jobsOn(24, applicable), ...await jobsOn(22, fewer)];
}

/** The tests of pages, and conformance tests that run in pages. */
async function jobsInBrowser(): Promise<TestJob[]> {
  const std = [...await stdArgs(), "--allow-all", "--no-check"];
  const ofPages = job("Deno", "Deno, with a browser", (report) => [
    ...[Deno.execPath(), "test", ...std, "--junit-path", report, PAGES],
  ]);
  const inPages = parts(files).map((part) =>
    job("Chromium", `Chromium${part.name}`, (report) => [
      ...[Deno.execPath(), "run", ...std, "tests/browser/conformance/main.ts", report],
      ...part.files,
    ])
  );
  return [...pages ? [ofPages] : [], ...inPages];
}

/** Shares test files out. Neighbours take about as long as each other, so none get them all. */
function parts(files: readonly string[]): { files: string[]; name: string }[] {
  const count = Math.ceil(files.length / filesAtOnce);
  return Array.from({ length: count }, (_, part) => ({
    files: files.filter((_, index) => index % count === part),
    name: count === 1 ? "" : `, part ${part + 1} of ${count}`,
  }));
}

function job(
  runtime: Runtime,
  heading: string,
  commandFor: (report: string) => string[],
): TestJob {
  const path = join(folder, `${++jobsMade}`);
  const report = `${path}.xml`;
  // Of its own, since some tests look whether temporary files are left.
  mkdirSync(path);
  // The sources are compiled once, not by each of Node's threads and processes.
  const env = { TMPDIR: path, NODE_COMPILE_CACHE: join(folder, "compiled") };
  return { runtime, heading, command: commandFor(report), report, env };
}

/** Installs what the tests need on Bun and Node. */
async function install(): Promise<boolean> {
  const [command, ...args] = [...BUN, "install", "--frozen-lockfile", "--cwd", BUN_PACKAGES];
  const { success, stderr } = await new Deno.Command(command!, { args, stdin: "null" }).output();
  if (!success) Deno.stderr.writeSync(stderr);
  return success;
}

function sum(tallies: [Runtime, Tally][], key: "passed" | "failed"): number {
  return tallies.reduce((total, [, counts]) => total + counts[key], 0);
}

function count(tallies: [Runtime, Tally][]): string {
  return `${sum(tallies, "passed")} passed, ${sum(tallies, "failed")} failed`;
}

function misused(message: string): never {
  console.error(message);
  Deno.exit(2);
}
