/**
 * Projects that the package is installed into.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { nodePath } from "../../scripts/node.ts";
import { stdArgs } from "../../scripts/std.ts";

const programs = fileURLToPath(new URL("./programs/", import.meta.url));

/** Where all that is made here is. */
export const workplace = mkdtempSync(join(tmpdir(), "trilane-packages-"));
globalThis.addEventListener("unload", () => rmSync(workplace, { recursive: true, force: true }));

export const [node22, node24] = [await nodePath(22), await nodePath(24)];

/** What a command wrote, and how it ended. */
export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** How a command is run. */
export interface RunOptions {
  readonly cwd?: string;
  /** The Node that scripts for Node are run with. */
  readonly node?: string;
}

/** Runs a command to its end. */
export async function run(
  [command, ...args]: readonly string[],
  { cwd = workplace, node = node24 }: RunOptions = {},
): Promise<Ran> {
  const child = new Deno.Command(command!, {
    args,
    cwd,
    stdin: "null",
    env: { NO_COLOR: "1", PATH: `${dirname(node)}${delimiter}${Deno.env.get("PATH")}` },
  });
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** The same, for a command that must end well. */
export async function succeed(words: readonly string[], options?: RunOptions): Promise<string> {
  const { code, stdout, stderr } = await run(words, options);
  assertEquals(code, 0, `${words.join(" ")}: ${stdout}${stderr}`);
  return stdout;
}

/** Builds the package and packs it; the path of the tarball. */
async function pack(): Promise<string> {
  const folder = join(workplace, "package");
  const script = fileURLToPath(new URL("../../scripts/npm.ts", import.meta.url));
  await succeed([Deno.execPath(), "run", "--allow-all", ...await stdArgs(), script, folder]);
  await succeed(["npm", "pack", "--silent", "--pack-destination", workplace], { cwd: folder });
  return join(workplace, readdirSync(workplace).find((name) => name.endsWith(".tgz"))!);
}

/** The package as it would be published. */
export const tarball: string = await pack();

/** Makes a project with the programs, and installs the package and what else is given by name there. */
export async function project(
  name: string,
  install: readonly string[],
  packages: readonly string[] = [],
): Promise<string> {
  const folder = join(workplace, name);
  mkdirSync(folder);
  writeFileSync(
    join(folder, "package.json"),
    '{ "name": "user", "private": true, "type": "module" }',
  );
  for (const file of readdirSync(programs)) copyFileSync(join(programs, file), join(folder, file));
  await succeed([...install, tarball, ...packages], { cwd: folder });
  return folder;
}
