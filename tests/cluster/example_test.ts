import { assertEquals, assertMatch } from "@std/assert";
import { cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import deno from "../../deno.json" with { type: "json" };
import { test } from "../harness.ts";
import { withFolder } from "../temporary_folder.ts";
import { Cli } from "../unit/cli/support.ts";
import { runProgram } from "./runtimes.ts";
import { serverPort } from "./support.ts";

const repository = new URL("../../", import.meta.url);
const example = fileURLToPath(new URL("examples/cluster/", repository));
const packages = fileURLToPath(new URL("npm/node_modules", import.meta.url));
const redis = `redis://127.0.0.1:${serverPort}`;

test("cluster: the example's producer has its nodes find prime numbers", () =>
  withFolder(async (folder) => {
    cpSync(example, folder, { recursive: true });
    symlinkSync(packages, join(folder, "node_modules"));
    // Nothing outside the package knows it by its name.
    const entry = new URL(deno.exports["./cluster"], repository).href;
    for (const file of ["tasks.ts", "producer.ts"]) {
      const code = readFileSync(join(folder, file), "utf8");
      writeFileSync(join(folder, file), code.replaceAll("@trilane/trilane/cluster", entry));
    }
    const args = ["serve", "tasks.ts", "--redis", redis, "--name", "primes", "--lane", "thread"];
    const node = new Cli([...args, "-w", "2"], { cwd: folder });
    await node.until("stderr", "serves");
    const { output, status } = await runProgram("deno", join(folder, "producer.ts"), redis);
    const lines = output.trimEnd().split("\n");
    assertEquals(status, 0);
    const primes = lines.filter((line) => /^\d{13}$/.test(line));
    assertEquals(primes.length, 20);
    assertEquals(primes.includes("1000000000039"), true);
    assertMatch(output, /Succeeded +20/);
    node.kill("SIGTERM");
    assertEquals((await node.ended).status, 0);
  }));
