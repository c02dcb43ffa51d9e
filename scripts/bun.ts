/**
 * Bun, from npm, so that no more than Node has to be installed.
 *
 * @module
 */

/** What runs it: its arguments come after. */
export const BUN: readonly [string, ...string[]] = ["npx", "--yes", "bun@1.4.5"];

/**
 * Finds the path of its executable.
 *
 * @throws when it can't be had
 */
export async function bunPath(): Promise<string> {
  const [command, ...args] = [...BUN, "--print", "process.execPath"] as const;
  const child = new Deno.Command(command, { args: [...args], stdin: "null", stderr: "inherit" });
  const { success, stdout } = await child.output();
  if (!success) throw new Error(`Cannot get Bun: ${BUN.join(" ")} failed`);
  return new TextDecoder().decode(stdout).trim();
}
