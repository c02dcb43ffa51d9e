/**
 * The guides, the front page and the doc comments: each block of code runs and prints what the comments beside `console.log`
 * say; each link leads somewhere. The types of the blocks are checked by `deno task check`.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import deno from "../deno.json" with { type: "json" };
import { runtime, test } from "./harness.ts";
import { withFolder } from "./temporary_folder.ts";

const root = fileURLToPath(new URL("../", import.meta.url));

/** All pages, from the root. */
const PAGES = [
  ...readdirSync(root).filter((path) => path.endsWith(".md")),
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".md"))
    .map((path) => `docs/${path.replaceAll("\\", "/")}`),
].sort();

/** All modules, from the root. */
const MODULES = [
  "mod.ts",
  ...readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => `src/${path.replaceAll("\\", "/")}`)
    .sort(),
];

/** A program runs so many blocks at the most: to start it, and to load the library, takes longer than most blocks do. */
const BLOCKS_AT_ONCE = 16;

/** Blocks that look at the program that they are in, or change it for those after them, have one of their own. */
const STANDS_ALONE = /import\.meta\.main|@opentelemetry|\b(?:process|Deno|Bun|globalThis)\./;

/** What a program prints between blocks. */
const END_OF_BLOCK = "\n== End of block ==\n";

interface Block {
  /** Where it is. */
  readonly place: string;
  readonly code: string;
}

function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

/** The blocks of a page, or of the doc comments of a module, that can run by themselves. */
function blocksOf(path: string): Block[] {
  const text = path.endsWith(".md") ? read(path) : read(path).replace(/^ *\* ?/gm, "");
  return Array.from(text.matchAll(/^```ts\n(.*?)^```$/gms), ({ index, 1: code }) => {
    return { place: `${path}:${text.slice(0, index).split("\n").length}`, code: code! };
  });
}

/** The code with the package's files instead of its name, which nothing outside it knows. */
function resolved(code: string): string {
  return code.replace(/"@trilane\/trilane(\/\w+)?"/g, (name, entry = "") => {
    const path = (deno.exports as Record<string, string>)[`.${entry}`];
    assert(path !== undefined, `${name} is no entry point`);
    return JSON.stringify(pathToFileURL(join(root, path)).href);
  });
}

/** What a block says that it prints: lines, or patterns where something is left out. */
function announced(code: string): RegExp[] {
  const comments = code.matchAll(/console\.log\(.*\);? \/\/ (.+)$/gm);
  return Array.from(comments, ([, text]) => {
    const pattern = text!.split("…").map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
    return new RegExp(`^${pattern.join(".*")}$`, "m");
  });
}

/** Runs a command and tells what became of it. */
function runCommand(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const output = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text) => output[stream] += text);
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, ...output }));
  });
}

/** Runs a program, in the folder that it is in, with the runtime that runs the tests. */
function runProgram(file: string): ReturnType<typeof runCommand> {
  const args = runtime === "deno" ? ["run", "--allow-all", "--no-check", "--no-lock"] : [];
  const env = { ...process.env, NO_COLOR: "1" };
  return runCommand(process.execPath, [...args, file], dirname(file), env);
}

/** Writes a block as a module, into a folder of its own. */
function writeBlock({ place, code }: Block, folder: string): string {
  const own = join(folder, place.replace(/\W/g, "_"));
  mkdirSync(own);
  const file = join(own, "block.ts");
  writeFileSync(file, resolved(code));
  return file;
}

/** What a block doesn't print, though it says so. */
function missing(code: string, output: string): RegExp[] {
  return announced(code).filter((line) => !line.test(output));
}

/** Why a block is wrong, if it is: as a program of its own. */
function fault(block: Block): Promise<string | undefined> {
  return withFolder(async (folder) => {
    const { status, stdout, stderr } = await runProgram(writeBlock(block, folder));
    const { place, code } = block;
    if (status !== 0) return `${place} ended with status ${status}:\n${stdout}${stderr}`;
    const lines = missing(code, stdout);
    if (lines.length === 0) return undefined;
    return `${place} doesn't print ${lines.join(", ")}:\n${stdout}`;
  });
}

/** Runs blocks in one program, one after the other, and tells those that are right: none unless the program ends well. */
function rightTogether(blocks: readonly Block[]): Promise<Set<Block>> {
  return withFolder(async (folder) => {
    const steps = blocks.map((block) => {
      const file = writeBlock(block, folder);
      return `process.chdir(${JSON.stringify(dirname(file))});
        await import(${JSON.stringify(pathToFileURL(file).href)});
        console.log(${JSON.stringify(END_OF_BLOCK)});`;
    });
    const main = join(folder, "main.ts");
    writeFileSync(main, ['import process from "node:process";', ...steps].join("\n"));
    const { status, stdout } = await runProgram(main);
    const outputs = status === 0 ? stdout.split(END_OF_BLOCK) : [];
    // After the last mark is no block.
    const hasEnded = (index: number) => index < outputs.length - 1;
    return new Set(
      blocks.filter(({ code }, at) => hasEnded(at) && missing(code, outputs[at]!).length === 0),
    );
  });
}

/** The blocks that may be run together, as many at once as one program runs. */
const groups: { readonly blocks: Block[]; right?: Promise<Set<Block>> }[] = [];

function groupOf(block: Block) {
  if (STANDS_ALONE.test(block.code)) return undefined;
  let group = groups.at(-1);
  if (group === undefined || group.blocks.length === BLOCKS_AT_ONCE) {
    groups.push(group = { blocks: [] });
  }
  group.blocks.push(block);
  return group;
}

for (const page of [...PAGES, ...MODULES]) {
  const blocks = blocksOf(page).map((block) => ({ block, group: groupOf(block) }));
  if (blocks.length === 0) continue;
  test(`docs: each block of ${page} prints what it says`, async () => {
    const faults: string[] = [];
    for (const { block, group } of blocks) {
      if (group !== undefined) {
        group.right ??= rightTogether(group.blocks);
        if ((await group.right).has(block)) continue;
      }
      const found = await fault(block);
      if (found !== undefined) faults.push(found);
    }
    assertEquals(faults.join("\n"), "");
  });
}

test("docs: the commands of the guide to the command line print what it says", () =>
  withFolder(async (folder) => {
    const guide = read("docs/cli.md");
    for (const [, name, code] of guide.matchAll(/^```ts\n\/\/ (\S+\.ts)\n(.*?)^```$/gms)) {
      writeFileSync(join(folder, name!), code!);
    }
    const command = runtime === "deno" ? ["run", "--allow-all", "--no-lock"] : [];
    const words = [process.execPath, ...command, join(root, "src/cli/main.ts")];
    const shim = join(folder, "trilane");
    writeFileSync(shim, `#!/bin/sh\nexec ${words.map((word) => `'${word}'`).join(" ")} "$@"\n`);
    chmodSync(shim, 0o755);
    const env = { ...process.env, NO_COLOR: "1", PATH: `${folder}:${process.env.PATH}` };
    const scripts = Array.from(guide.matchAll(/^```sh\n(.*?)^```\n\n```text\n(.*?)^```$/gms));
    assert(scripts.length > 0);
    for (const [, script, output] of scripts) {
      const { status, stdout } = await runCommand("bash", ["-e", "-c", script!], folder, env);
      assertEquals([stdout, status], [output!, 0]);
    }
  }));

test("docs: what a block prints is looked at", () => {
  const [line, pattern] = announced(
    "console.log(a); // [ 1 ]\nlog(b); // 2\n  console.log(c) // 1, …\n",
  );
  assert(line!.test("0\n[ 1 ]\n") && !line!.test("[ 1 ] 2"));
  assert(pattern!.test("1, 4") && !pattern!.test("2, 4"));
});

/** The names of a page's headings, as links have them. */
function anchorsOf(text: string): string[] {
  const prose = text.replace(/^```.*?^```$/gms, "");
  return Array.from(
    prose.matchAll(/^#+ (.+)$/gm),
    ([, heading]) =>
      heading!.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").trim().replaceAll(" ", "-"),
  );
}

test("docs: each guide is listed, so that the site has it", () => {
  const listed = Array.from(
    read("docs/README.md").matchAll(/\]\(([^)#]+\.md)\)/g),
    ([, it]) => `docs/${it}`,
  );
  const guides = PAGES.filter((page) => page.startsWith("docs/") && page !== "docs/README.md");
  assertEquals(listed.toSorted(), guides);
});

if (runtime === "deno") {
  test("docs: each exported declaration has an example", () => {
    const entries = Object.values(deno.exports).filter((path) => path.endsWith(".ts"));
    const { stdout } = spawnSync(process.execPath, ["doc", "--json", ...entries], {
      cwd: root,
      encoding: "utf8",
      maxBuffer: Infinity,
    });
    const { nodes } = JSON.parse(stdout) as { nodes: Record<string, { symbols: Documented[] }> };
    const symbols = Object.values(nodes).flatMap(({ symbols }) => symbols);
    // Of several declarations of a name one is enough, and what is exported again has it where it is from.
    const shown = new Set(symbols.filter(hasExample).map(({ name }) => name));
    assert(shown.size > 100);
    assertEquals(symbols.map(({ name }) => name).filter((name) => !shown.has(name)), []);
  });
}

interface Documented {
  readonly name: string;
  readonly declarations: readonly {
    readonly jsDoc?: { readonly tags?: readonly { kind: string }[] };
  }[];
}

function hasExample({ declarations }: Documented): boolean {
  return declarations.some(({ jsDoc }) => jsDoc?.tags?.some(({ kind }) => kind === "example"));
}

test("docs: each link leads to a file and a heading that are there", () => {
  const broken: string[] = [];
  let links = 0;
  for (const page of PAGES) {
    const text = read(page).replace(/^```.*?^```$/gms, "");
    for (const [, link] of text.matchAll(/\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"/g)) {
      if (link === undefined || /^[a-z]+:/.test(link)) continue;
      links++;
      const [path, anchor] = link.split("#");
      const target = path === "" ? page : join(dirname(page), path!);
      // The site has no pages of folders.
      const isThere = statSync(join(root, target), { throwIfNoEntry: false })?.isFile() === true &&
        (anchor === undefined || anchorsOf(read(target)).includes(anchor));
      if (!isThere) broken.push(`${page}: ${link}`);
    }
  }
  assert(links > 10);
  assertEquals(broken, []);
});
