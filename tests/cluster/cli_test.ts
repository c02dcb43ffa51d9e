import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { mkdirSync, rmdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Cli } from "../unit/cli/support.ts";
import { test } from "../harness.ts";
import { withFolder } from "../temporary_folder.ts";
import { makeCertificate } from "./certificate.ts";
import { RedisServer } from "./server.ts";
import { serverPort } from "./support.ts";

const redis = `redis://127.0.0.1:${serverPort}`;
const packages = fileURLToPath(new URL("npm/node_modules", import.meta.url));

const TASKS = `
import { existsSync } from "node:fs";
export function shout(text) { return text.toUpperCase(); }
export async function open(file) {
  console.log("begun");
  while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 5));
  return "opened";
}
`;

/** Runs a body in a project that has BullMQ, where a node serves its tasks under a name of its own. */
function serving(
  lane: string,
  body: (folder: string, name: string, node: Cli) => Promise<void>,
  url = redis,
  env: Record<string, string> = {},
): Promise<void> {
  return withFolder(async (folder) => {
    symlinkSync(packages, join(folder, "node_modules"));
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    writeFileSync(join(folder, "tasks.js"), TASKS);
    const name = `cli-${crypto.randomUUID().slice(0, 8)}`;
    const args = ["serve", "tasks.js", "--redis", url, "--name", name, "--lane", lane, "-w", "2"];
    const node = new Cli(args, { cwd: folder, env });
    await node.until("stderr", "serves");
    await body(folder, name, node);
  });
}

for (const lane of ["async", "thread", "process"]) {
  test(`cluster: trilane map --cluster has its tasks run by trilane serve, lane ${lane}`, () =>
    serving(lane, async (cwd, name, node) => {
      assertMatch(node.stderr, new RegExp(`^Node \\w{8} serves '${name}' with 2 workers\n$`));
      const args = ["map", "tasks.js#shout", "a", "b", "--cluster", redis, "--name", name];
      const map = await new Cli([...args, "--output", "values"], { cwd }).ended;
      assertEquals([map.status, map.stdout], [0, "A\nB\n"]);
      assertStringIncludes(map.stderr, "2 succeeded");
      node.kill("SIGTERM");
      assertEquals((await node.ended).status, 0);
    }));
}

test("cluster: trilane reaches a server with TLS by rediss:, whose certificate is among those to trust", () =>
  withFolder(async (folder) => {
    const certificate = await makeCertificate();
    const file = join(folder, "cert.pem");
    writeFileSync(file, certificate.cert);
    await using server = await RedisServer.start({ password: "secret", certificate });
    const url = `rediss://:secret@127.0.0.1:${server.port}`;
    const env = { NODE_EXTRA_CA_CERTS: file };
    await serving(
      "async",
      async (cwd, name, node) => {
        const args = ["map", "tasks.js#shout", "a", "--cluster", url, "--name", name];
        const map = await new Cli([...args, "--output", "values"], { cwd, env }).ended;
        assertEquals([map.status, map.stdout], [0, "A\n"]);
        node.kill("SIGTERM");
        assertEquals((await node.ended).status, 0);
      },
      url,
      env,
    );
  }));

test("cluster: trilane serve lets the tasks that run end before it ends", () =>
  serving("async", async (cwd, name, node) => {
    const gate = join(cwd, "gate");
    const map = new Cli(
      ["map", "tasks.js#open", gate, "--cluster", redis, "--name", name, "--output", "values"],
      { cwd },
    );
    await node.until("stdout", "begun");
    node.kill("SIGTERM");
    await node.until("stderr", "Ending: 1 task runs to the end");
    writeFileSync(gate, "");
    assertEquals((await node.ended).status, 0);
    const { status, stdout } = await map.ended;
    assertEquals([status, stdout], [0, "opened\n"]);
  }));

test("cluster: the command line says what is wrong with a cluster", () =>
  withFolder(async (cwd) => {
    writeFileSync(join(cwd, "tasks.js"), TASKS);
    // Where there is no such folder Bun would install what is asked for.
    mkdirSync(join(cwd, "node_modules"));
    const cases: [args: string[], text: string][] = [
      [["serve"], "The modules to serve are missing"],
      [["serve", "tasks.js"], "The server is missing: --redis URL"],
      [["serve", "tasks.js", "--redis", redis], `Cannot load the package bullmq from ${cwd}`],
      [["serve", "tasks.js", "--redis", redis, "--name", "a", "--batch", "2"], "--batch"],
      [["map", "tasks.js#shout", "a", "--cluster", redis], "npm install bullmq ioredis"],
      [
        ["map", "tasks.js#shout", "a", "--cluster", redis, "-w", "2"],
        "--cluster and --workers exclude",
      ],
      [["map", "tasks.js#shout", "a", "--name", "b"], "--name needs --cluster"],
    ];
    for (const [args, text] of cases) {
      const { status, stderr } = await new Cli(args, { cwd }).ended;
      assertEquals([status, stderr.includes(text)], [2, true], `${args}: ${stderr}`);
    }
    rmdirSync(join(cwd, "node_modules"));
    symlinkSync(packages, join(cwd, "node_modules"));
    const outside = ["serve", "../x.js", "--redis", redis];
    const { status, stderr } = await new Cli(outside, { cwd }).ended;
    assertEquals(status, 2);
    assertStringIncludes(stderr, "must be modules below");
  }));
