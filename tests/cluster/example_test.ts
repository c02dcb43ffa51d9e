import { assert, assertEquals, assertMatch } from "@std/assert";
import { cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import deno from "../../deno.json" with { type: "json" };
import packages from "../../examples/cluster/package.json" with { type: "json" };
import { test } from "../harness.ts";
import { withFolder } from "../temporary_folder.ts";
import { Cli } from "../unit/cli/support.ts";
import { runProgram } from "./runtimes.ts";
import { serverPort } from "./support.ts";

const repository = new URL("../../", import.meta.url);
const example = fileURLToPath(new URL("examples/cluster/", repository));
const installed = fileURLToPath(new URL("npm/node_modules", import.meta.url));
/** The packages that a module imports. */
const IMPORTS = /from "((?:@[^/"]+\/)?(?!\.|node:)[^/"]+)/g;
const redis = `redis://127.0.0.1:${serverPort}`;

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}
interface Service {
  readonly command: string;
  readonly volumes: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

/** What `compose.yaml` says, which Bun alone can read. */
async function readCompose(): Promise<Compose> {
  const { output, status } = await runProgram("bun", "programs/yaml.ts", `${example}compose.yaml`);
  assertEquals(status, 0);
  return JSON.parse(output);
}

test("cluster: the example's services name what there is", async () => {
  const { services, volumes } = await readCompose();
  assertEquals(Object.keys(services).sort(), ["node", "packages", "producer", "valkey"]);
  for (const service of Object.values(services)) {
    for (const volume of service.volumes) {
      const [name] = volume.split(":") as [string];
      assert(name === "." || Object.hasOwn(volumes, name), `There is no volume ${name}`);
    }
    for (const other of Object.keys(service.depends_on ?? {})) {
      assert(Object.hasOwn(services, other), `There is no service ${other}`);
    }
  }
  const { dependencies } = packages;
  for (const file of ["tasks.ts", "producer.ts"]) {
    for (const [, name] of readFileSync(join(example, file), "utf8").matchAll(IMPORTS)) {
      assert(Object.hasOwn(dependencies, name!), `${file} imports ${name}`);
    }
  }
});

test("cluster: the example's producer has its nodes find prime numbers", () =>
  withFolder(async (folder) => {
    cpSync(example, folder, { recursive: true });
    symlinkSync(installed, join(folder, "node_modules"));
    // Nothing outside the package knows it by its name.
    const entry = new URL(deno.exports["./cluster"], repository).href;
    for (const file of ["tasks.ts", "producer.ts"]) {
      const code = readFileSync(join(folder, file), "utf8");
      writeFileSync(join(folder, file), code.replaceAll("@trilane/trilane/cluster", entry));
    }
    const { services } = await readCompose();
    const argsOf = (service: string, program: string) => {
      const command = services[service]!.command.trim().replace("redis://valkey:6379", redis);
      assertEquals(command.startsWith(program), true);
      return command.slice(program.length).trim().split(" ");
    };
    const node = new Cli(argsOf("node", "run -A npm:@trilane/trilane"), { cwd: folder });
    await node.until("stderr", "serves");
    const { output, status } = await runProgram(
      "deno",
      join(folder, "producer.ts"),
      ...argsOf("producer", "run -A producer.ts"),
    );
    const lines = output.trimEnd().split("\n");
    assertEquals(status, 0);
    const primes = lines.filter((line) => /^\d{13}$/.test(line));
    assertEquals(primes.length, 20);
    assertEquals(primes.includes("1000000000039"), true);
    assertMatch(output, /Succeeded +20/);
    node.kill("SIGTERM");
    assertEquals((await node.ended).status, 0);
  }));
