/**
 * Node, from npm: what is tested is the same everywhere, whichever Node is installed.
 *
 * @module
 */
import { arch, platform } from "node:process";

/** The versions that are tested, by their first number. */
const NODES = { 22: "22.23.3", 24: "24.21.0" } as const;

/** The first number of one of them. */
export type NodeMajor = keyof typeof NODES;

/**
 * Finds one, and downloads it into npm's cache if need be.
 *
 * @param major its version's first number
 * @returns the path of its executable
 * @throws when it can't be had
 */
export async function nodePath(major: NodeMajor): Promise<string> {
  const name = `node-${platform === "win32" ? "win" : platform}-${arch}@${NODES[major]}`;
  const { success, stdout } = await new Deno.Command("npx", {
    args: ["--yes", `--package=${name}`, "--", "node", "--print", "process.execPath"],
    stdin: "null",
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`Cannot get ${name} from npm`);
  return new TextDecoder().decode(stdout).trim();
}
