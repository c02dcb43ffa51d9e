/**
 * `deno task sim:mutations [--only TEXT] [--list]`: checks the checker. Breaks the library in one way after the other,
 * each on a copy, and simulates programs until a rule is broken. The exit status is 1 when none is. `--list` only looks
 * for the places of the mutations.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Kind } from "./author.ts";
import { mutations } from "./mutants.ts";
import { Code, type Mutant, type Mutation } from "./mutate.ts";
import { sweep } from "./simulate.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** How many programs are simulated at the most to find one mutation. */
const MAX_SEEDS = 4000;

/** A program takes milliseconds: what has said nothing of the last few for so long hangs. */
const MAX_SILENCE_MS = 60_000;

/** What of the project the simulation needs. */
const PARTS = [
  ...["deno.json", "mod.ts", "src", "tests/simulation"],
  ...["tests/random.ts", "tests/abort_listeners.ts"],
];

/** What a program shows. */
interface Found {
  readonly seed: number;
  readonly message: string;
}

/**
 * What is found wrong with a copy of the library, if anything is. What is found wrong with the library itself by the same
 * program doesn't count.
 */
async function find(mutant: Mutant, kind: Kind | undefined): Promise<string | undefined> {
  const copy = await mkdtemp(join(tmpdir(), "mutation-"));
  try {
    for (const part of PARTS) await cp(join(root, part), join(copy, part), { recursive: true });
    await writeFile(join(copy, "src", mutant.path), mutant.source);
    for (let from = 0; from < MAX_SEEDS;) {
      const found = await sweepIn(copy, from, kind);
      if (found === undefined || typeof found === "string") return found;
      if (await sweep(found.seed, 1, kind) === undefined) {
        return `seed ${found.seed}: ${found.message}`;
      }
      from = found.seed + 1;
    }
    return undefined;
  } finally {
    await rm(copy, { recursive: true });
  }
}

/** What is found wrong with the library in a folder; a text when its programs can't be carried out. */
async function sweepIn(
  folder: string,
  from: number,
  kind: Kind | undefined,
): Promise<Found | string | undefined> {
  const simulate = pathToFileURL(join(folder, "tests/simulation/simulate.ts"));
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      "--no-lock",
      `import { sweep } from "${simulate}";
      const tell = (histories) => console.log(histories);
      const found = await sweep(${from}, ${MAX_SEEDS - from}, ${JSON.stringify(kind)}, tell);
      if (found === undefined) console.log("null");
      else console.log(JSON.stringify({ seed: found.program.seed, message: found.violation.message }));`,
    ],
    cwd: folder,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const [said, errors, { success }] = await Promise.all([
    listen(child),
    new Response(child.stderr).text(),
    child.status,
  ]);
  if (success) return JSON.parse(said.trim().split("\n").at(-1)!) ?? undefined;
  const [error] = errors.split("\n");
  // What can't be loaded shows nothing.
  if (/SyntaxError|Module not found/.test(error)) throw new Error(error);
  return `it hangs or throws: ${error}`;
}

/** What a child says, which ends it if it says nothing for too long. */
async function listen(child: Deno.ChildProcess): Promise<string> {
  let said = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => child.kill("SIGKILL"), MAX_SILENCE_MS);
  };
  wait();
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    said += text;
    wait();
  }
  clearTimeout(timer);
  return said;
}

const options = parseArgs(Deno.args, {
  string: ["only"],
  boolean: ["list"],
  default: { only: "" },
  unknown: (arg) => {
    console.error(`Unknown argument: '${arg}'`);
    Deno.exit(2);
  },
});
const code = new Code(join(root, "src"));
let failures = 0;
/** Each with the module that it makes. */
const mutants: [Mutation, Mutant][] = [];
for (const mutation of mutations.filter(({ name }) => name.includes(options.only))) {
  try {
    mutants.push([mutation, code.mutate(mutation)]);
  } catch (error) {
    failures++;
    console.log(`NO PLACE ${(error as Error).message}`);
  }
}
if (options.list) {
  console.log(`${mutants.length} mutations have their places, ${failures} don't`);
  Deno.exit(failures > 0 ? 1 : 0);
}
const left = mutants.values();
// As many at a time as there are processors.
await Promise.all(Array.from({ length: availableParallelism() }, async () => {
  for (const [{ name, kind }, mutant] of left) {
    const found = await find(mutant, kind);
    if (found === undefined) failures++;
    // Of a stack the first line is enough.
    const [what] = (found ?? mutant.path).split("\n");
    console.log(`${found === undefined ? "SURVIVED" : "caught  "} ${name} (${what})`);
  }
}));
console.log(`\n${mutants.length} mutations, ${failures} failures`);
if (failures > 0) Deno.exit(1);
