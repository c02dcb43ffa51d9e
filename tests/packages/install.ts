import { assertEquals, assertStringIncludes } from "@std/assert";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import deno from "../../deno.json" with { type: "json" };
import { BUN } from "../../scripts/bun.ts";
import { test } from "../harness.ts";
import { node22, node24, project, run, succeed } from "./project.ts";

/** How each installs a package, and runs its command. */
const MANAGERS = {
  npm: { install: ["npm", "install", "--no-audit", "--no-fund"], exec: ["npx", "--no", "--"] },
  bun: { install: [...BUN, "add"], exec: [...BUN, "x", "--no-install"] },
  pnpm: { install: ["npx", "--yes", "pnpm@10", "add"], exec: ["npx", "--yes", "pnpm@10", "exec"] },
} as const;

type Manager = keyof typeof MANAGERS;

const RUNTIMES: Readonly<Record<string, readonly string[]>> = {
  "Node 22": [node22],
  "Node 24": [node24],
  Bun: BUN,
  Deno: [Deno.execPath(), "run", "--allow-all"],
};

/** What `lanes.js` prints. */
const PRINTED = [
  "AsyncQueue 8 49 1 4 9 right",
  "ThreadQueue 8 49 2 3 1 4 9 right",
  "ProcessQueue 8 49 2 3 1 4 9 right",
  "shared 25",
  ...["checkpoint 1,1", "report true true", "checkpoint 0,0", "report true true"],
  "dashboard 200",
  "one class true true true",
  "clock 0",
  "",
].join("\n");

const projects = new Map<Manager, Promise<string>>();

/** The project of a package manager, made once. */
function projectOf(manager: Manager): Promise<string> {
  if (!projects.has(manager)) projects.set(manager, project(manager, MANAGERS[manager].install));
  return projects.get(manager)!;
}

for (const manager of Object.keys(MANAGERS) as Manager[]) {
  for (const [runtime, words] of Object.entries(RUNTIMES)) {
    test(`installed by ${manager}: every lane runs on ${runtime}`, async () => {
      const cwd = await projectOf(manager);
      const { stdout, stderr } = await run([...words, "lanes.js"], { cwd });
      assertEquals(stdout, PRINTED, stderr);
    });
  }

  for (const [version, node] of Object.entries({ 22: node22, 24: node24 })) {
    test(`installed by ${manager}: the command runs by its name, on Node ${version}`, async () => {
      const cwd = await projectOf(manager);
      const { exec } = MANAGERS[manager];
      const trilane = (...args: string[]) => succeed([...exec, "trilane", ...args], { cwd, node });
      assertEquals((await trilane("--version")).trim(), deno.version);
      for (const lane of ["async", "thread", "process"]) {
        const args = ["--lane", lane, "--json", "--output", "values"];
        assertEquals(await trilane("map", "tasks.js#addOne", "1", "2", ...args), "2\n3\n", lane);
      }
    });
  }
}

/** What Node's permission model must allow for each lane, besides to read. */
const NEEDED = { async: [], thread: ["--allow-worker"], process: ["--allow-child-process"] };

for (const [lane, flags] of Object.entries(NEEDED)) {
  test(`on Node with permissions: the ${lane} lane needs ${flags.join() || "nothing more"}, and says so`, async () => {
    const cwd = await projectOf("npm");
    const one = async (...more: string[]) => {
      const words = [node24, "--permission", "--allow-fs-read=*", ...more, "one.js", lane];
      return (await run(words, { cwd })).stdout;
    };
    assertEquals(await one(...flags), "5\n");
    for (const flag of flags) assertStringIncludes(await one(), flag);
  });
}

test("the package has what a user needs, in a form that every runtime reads", async () => {
  const cwd = join(await projectOf("npm"), "node_modules/@trilane/trilane");
  const files = readdirSync(cwd, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.\w+$/.test(path) && !path.endsWith(".map"));
  const kinds = new Set(files.map((path) => /^src\/.*?(\.d\.ts|\.js)$/.exec(path)?.[1] ?? path));
  assertEquals(
    [...kinds].sort(),
    [
      ...[".d.ts", ".js", "CHANGELOG.md", "README.md"],
      ...["mod.d.ts", "mod.js", "package.json", "trilane.js"],
    ],
  );
  for (const file of files.filter((path) => path.endsWith(".js"))) {
    const text = readFileSync(join(cwd, file), "utf8");
    const named = [...text.matchAll(/(?:from |import\()"(\.[^"]+)"/g)].map(([, name]) => name!);
    assertEquals(named.filter((name) => !name.endsWith(".js")), [], file);
  }
});

const COMPILERS = { "TypeScript 5.9": "typescript", "the newest TypeScript": "newest" };
/** In turns, so that each pair of options is seen. */
const OPTIONS = [[true, "es2022"], [false, "es2022,dom"], [true, "esnext,dom"]] as const;
let typed: Promise<string> | undefined;

for (const [name, compiler] of Object.entries(COMPILERS)) {
  for (const [resolution, module] of [["bundler", "esnext"], ["nodenext", "nodenext"]] as const) {
    test(`types are right for ${name} that resolves as ${resolution}, without a browser's types and with, exact or not`, async () => {
      const packages = ["typescript@5.9.3", "newest@npm:typescript@7", "@types/node@24"];
      const cwd = await (typed ??= project("types", MANAGERS.npm.install, packages));
      for (const [exact, lib] of OPTIONS) {
        const compilerOptions = {
          ...{ strict: true, noEmit: true, target: "es2022", types: ["node"], module },
          ...{ moduleResolution: resolution, exactOptionalPropertyTypes: exact },
          lib: lib.split(","),
        };
        const path = join(cwd, "tsconfig.json");
        writeFileSync(path, JSON.stringify({ compilerOptions, files: ["types.ts"] }));
        const words = [node24, `node_modules/${compiler}/bin/tsc`, "--project", "."];
        const { code, stdout } = await run(words, { cwd });
        assertEquals([code, stdout], [0, ""], `exact: ${exact}, lib: ${lib}`);
      }
    });
  }
}
