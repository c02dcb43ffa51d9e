/**
 * `deno task test:cluster [--deno | --bun | --node] [FILE…]`: tests the cluster on Deno, on Bun and on Node 24, with a `redis-server`
 * of its own: its own tests and the conformance tests. Where there is none nothing is tested, and it says so.
 *
 * @module
 */
import { RedisServer } from "../tests/cluster/server.ts";
import { BUN, bunPath } from "./bun.ts";
import { nodePath } from "./node.ts";
import { mapArgs } from "./std.ts";

/** Where the packages of npm are that the cluster's tests need. */
const PACKAGES = "tests/cluster/npm";

if (!await run("redis-server", ["--version"], "null")) {
  console.log("There is no redis-server on PATH, so the cluster is not tested");
  console.log("\n0 passed, 0 failed");
  Deno.exit(0);
}
const [bun, ...bunArgs] = BUN;
const isSound = await run(bun, [...bunArgs, "install", "--frozen-lockfile", "--cwd", PACKAGES]) &&
  // With the real types of BullMQ.
  await run(Deno.execPath(), [
    "check",
    "--config",
    `${PACKAGES}/deno.json`,
    `${PACKAGES}/types.ts`,
  ]);
if (!isSound) Deno.exit(1);

const server = await RedisServer.start();
Deno.env.set("TRILANE_TEST_SERVER", `${server.port}`);
// For nodes on all runtimes, whichever the test is on.
Deno.env.set("TRILANE_DENO", Deno.execPath());
Deno.env.set("TRILANE_BUN", await bunPath());
Deno.env.set("TRILANE_NODE", await nodePath(24));
// A terminal interrupts the tests too, and how they end is for them to say.
Deno.addSignalListener("SIGINT", () => {});
const test = ["run", "--allow-all", ...await mapArgs(), "scripts/test.ts", "--cluster"];
const passed = await run(Deno.execPath(), [...test, ...Deno.args]);
await server[Symbol.asyncDispose]();
Deno.exit(passed ? 0 : 1);

async function run(
  command: string,
  args: readonly string[],
  stdout: "null" | "inherit" = "inherit",
): Promise<boolean> {
  try {
    const child = new Deno.Command(command, { args: [...args], stdin: "null", stdout });
    return (await child.spawn().status).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
