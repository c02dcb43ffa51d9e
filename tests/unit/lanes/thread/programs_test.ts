import { assert, assertEquals } from "@std/assert";
import { cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { runtime, test } from "../../../harness.ts";
import { withFolder } from "../../../temporary_folder.ts";
import { assertPrints, runProgram } from "./support.ts";

const root = new URL("../../../../", import.meta.url);

/** What `main_module.ts` prints. */
const printed = [
  "2,4,6",
  "false where",
  "6",
  "8 12",
  "default",
  "25",
  "end",
];

test("thread programs: tasks of the main module, of another one, by registry and by export", async () => {
  const { stderr } = await assertPrints(printed, "programs/main_module.ts");
  assertEquals(stderr, "");
});

/** The text of a program that uses the library from elsewhere. */
function programFor(library: string): string {
  return readFileSync(new URL("programs/main_module.ts", import.meta.url), "utf8")
    .replace("../../../../../mod.ts", library)
    .replaceAll("../modules/plain.ts", "./plain.ts");
}

function copyModules(folder: string): void {
  cpSync(new URL("modules/plain.ts", import.meta.url), join(folder, "plain.ts"));
}

if (runtime === "deno") {
  test("thread programs: the library and the tasks may come from http, as from JSR", async () => {
    const server = createServer((request, response) => {
      const path = fileURLToPath(new URL(`.${request.url}`, root));
      if (
        request.url === "/tests/unit/lanes/thread/served.ts" ||
        statSync(path, { throwIfNoEntry: false })
      ) {
        response.setHeader("content-type", "application/typescript");
        const text = request.url === "/tests/unit/lanes/thread/served.ts"
          ? programFor("../../../../mod.ts").replaceAll("./plain.ts", "./modules/plain.ts")
          : readFileSync(path);
        response.end(text);
      } else {
        response.statusCode = 404;
        response.end();
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    try {
      const url = `http://127.0.0.1:${port}`;
      const served = await runProgram(new URL(`${url}/tests/unit/lanes/thread/served.ts`));
      assertEquals(served.stdout.trimEnd(), printed.join("\n"), served.stderr);
      assertEquals(served.status, 0);
      // The library from there, the program from here.
      await withFolder(async (folder) => {
        copyModules(folder);
        const program = join(folder, "program.ts");
        writeFileSync(program, programFor(`${url}/mod.ts`));
        await assertPrints(printed, pathToFileURL(program).href);
      });
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
}

if (runtime === "bun") {
  test("thread programs: the library may be a folder in node_modules", async () => {
    await withFolder(async (folder) => {
      const home = join(folder, "node_modules", "@trilane", "trilane");
      mkdirSync(home, { recursive: true });
      cpSync(new URL("src", root), join(home, "src"), { recursive: true });
      cpSync(new URL("mod.ts", root), join(home, "mod.ts"));
      writeFileSync(
        join(home, "package.json"),
        JSON.stringify({ name: "@trilane/trilane", type: "module", exports: "./mod.ts" }),
      );
      copyModules(folder);
      writeFileSync(join(folder, "program.ts"), programFor("@trilane/trilane"));
      await assertPrints(printed, pathToFileURL(join(folder, "program.ts")).href);
    });
  });
}

test("thread programs: a folder whose name has spaces and letters of all kinds is no hindrance", async () => {
  await withFolder(async (folder) => {
    const home = join(folder, "ä b#c%20");
    mkdirSync(home);
    cpSync(new URL("src", root), join(home, "src"), { recursive: true });
    cpSync(new URL("mod.ts", root), join(home, "mod.ts"));
    copyModules(home);
    writeFileSync(join(home, "program.ts"), programFor("./mod.ts"));
    await assertPrints(printed, pathToFileURL(join(home, "program.ts")).href);
  });
});

/** What each of them prints before its end. */
const forgetful = {
  "after a run": "1,4,9",
  "idle": "7",
  "never started": "nothing",
  "paused": "1",
  "unawaited": "succeeded",
};

for (const [way, line] of Object.entries(forgetful)) {
  test(`thread programs: one that forgets shutdown() exits by itself: ${way}`, async () => {
    await assertPrints([line], "programs/forgets_shutdown.ts", way, "100");
    if (runtime === "bun") {
      // Where idle workers don't keep a program alive it need not wait for their end.
      const { took } = await assertPrints([line], "programs/forgets_shutdown.ts", way, "30000");
      assert(took < 25_000, `${took} ms`);
    }
  });
}

test("thread programs: a library that can't be read in a worker fails the tasks, not the program", async () => {
  await withFolder(async (folder) => {
    cpSync(new URL("src", root), join(folder, "src"), { recursive: true });
    cpSync(new URL("mod.ts", root), join(folder, "mod.ts"));
    rmSync(join(folder, "src/lanes/thread/entry.ts"));
    const program = join(folder, "program.ts");
    writeFileSync(
      program,
      `import { inlineTask, ThreadQueue } from "./mod.ts";
      const queue = new ThreadQueue({ workers: 1 });
      await queue.start();
      const result = await queue.submit(inlineTask(() => 1));
      console.log(result.status);
      await queue.shutdown();
      console.log("end");`,
    );
    await assertPrints(["failed", "end"], pathToFileURL(program).href);
  });
});
