import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import process from "node:process";
import { importTasks, type ProcessOptions, ProcessQueue } from "../../../../mod.ts";
import { permissionFlags } from "../../../../src/runtime/deno/permissions.ts";
import { runtime, test } from "../../../harness.ts";
import { Program, tasks, withFolder, withQueue } from "./support.ts";

type Call = [keyof typeof tasks & string, ...unknown[]];

/** Runs tasks in a child of a program with these flags; returns what each could do. */
async function outcomes(
  flags: string[],
  permissions: ProcessOptions["permissions"],
  ...calls: Call[]
): Promise<string[]> {
  const program = new Program("permitted", [JSON.stringify([permissions, ...calls])], flags);
  const { code, stderr } = await program.ended;
  assertEquals(code, 0, stderr);
  return JSON.parse(program.text);
}

/** What it takes to start children at all. */
const RUN = "--allow-run";

if (runtime === "deno") {
  test("tasks without permissions do nothing but compute", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as { port: number };
    try {
      await withFolder(async (folder) => {
        const file = join(folder, "file");
        writeFileSync(file, "");
        const seen = await outcomes(
          ["--allow-all"],
          "none",
          ["add", 1, 2],
          ["read", file],
          ["writeFile", file],
          ["connect", port],
          ["run", "true"],
          ["environment"],
        );
        assertEquals(seen, ["granted", ...new Array(5).fill("NotCapable")]);
      });
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  test("a list of permissions grants just what it says", async () => {
    await withFolder(async (folder) => {
      const [one, other] = ["one and more", "other"].map((name) => join(folder, name));
      mkdirSync(one);
      mkdirSync(other);
      for (const place of [one, other]) writeFileSync(join(place, "file"), "");
      const seen = await outcomes(
        ["--allow-all"],
        { read: [one], run: ["true"] },
        ["read", join(one, "file")],
        ["read", join(other, "file")],
        ["writeFile", join(one, "file")],
        ["run", "true"],
        ["run", "false"],
      );
      assertEquals(seen, ["granted", "NotCapable", "NotCapable", "granted", "NotCapable"]);
    });
  });

  test("a child inherits all of a program that holds all", async () => {
    await withFolder(async (folder) => {
      const file = join(folder, "file");
      const calls: Call[] = [["writeFile", file], ["read", file], ["run", "true"], ["environment"]];
      assertEquals(await outcomes(["--allow-all"], "inherit", ...calls), [
        "granted",
        "granted",
        "granted",
        "granted",
      ]);
    });
  });

  test("a child inherits no more than a program holds, kind by kind", async () => {
    await withFolder(async (folder) => {
      const file = join(folder, "file");
      writeFileSync(file, "");
      const calls: Call[] = [["read", file], ["writeFile", file], ["run", "true"], ["environment"]];
      const kinds: [string[], boolean[]][] = [
        [[RUN], [false, false, true, false]],
        [[RUN, "--allow-read"], [true, false, true, false]],
        [[RUN, "--allow-write"], [false, true, true, false]],
        [[RUN, "--allow-env"], [false, false, true, true]],
        [["--allow-all", "--deny-write"], [true, false, true, true]],
      ];
      for (const [flags, expected] of kinds) {
        const seen = await outcomes(flags, "inherit", ...calls);
        assertEquals(seen.map((one) => one === "granted"), expected, flags.join(" "));
        assert(seen.every((one) => one === "granted" || one === "NotCapable"), seen.join());
      }
    });
  });

  test("a child has no permission left that it took to reach its pool", async () => {
    const seen = await outcomes(["--allow-all"], "none", ["openPipe"], ["add", 1, 2]);
    assertEquals(seen, ["NotCapable", "granted"]);
  });

  test("a program that may start no more than the runtime has children all the same", async () => {
    const flags = [`--allow-run=${process.execPath}`, "--allow-read"];
    const seen = await outcomes(flags, "inherit", ["add", 1, 2], ["readInput"], ["add", 1, 2]);
    assertEquals(seen, ["granted", "granted", "granted"]);
  });

  test("a child of a program that may read one folder reads nothing else", async () => {
    await withFolder(async (folder) => {
      const [one, other] = ["one", "other"].map((name) => join(folder, name));
      mkdirSync(one);
      mkdirSync(other);
      for (const place of [one, other]) writeFileSync(join(place, "file"), "");
      const calls: Call[] = [["read", join(one, "file")], ["read", join(other, "file")], [
        "add",
        1,
        2,
      ]];
      const seen = await outcomes([RUN, `--allow-read=${one}`], "inherit", ...calls);
      assertEquals(seen[1], "NotCapable");
      assertEquals(seen[2], "granted");
    });
  });

  test("a child of a program that may not read a folder does not either", async () => {
    await withFolder(async (folder) => {
      const file = join(folder, "file");
      writeFileSync(file, "");
      const flags = [RUN, "--allow-read", `--deny-read=${folder}`];
      assertEquals(await outcomes(flags, "inherit", ["read", file]), ["NotCapable"]);
    });
  });

  test("a module that comes later is given to children that may not read it", async () => {
    await withFolder(async (folder) => {
      const path = join(folder, "later.ts");
      writeFileSync(path, "export function answer() { return 42; }");
      const { answer } = importTasks<{ answer(): number }>(new URL(`file://${path}`));
      await withQueue({ workers: 2, permissions: "none" }, async (queue) => {
        assertEquals(await queue.submit(tasks.add, [1, 2]).value(), 3);
        assertEquals(await queue.submit(answer).value(), 42);
        assertEquals(await queue.submit(tasks.add, [1, 2]).value(), 3);
      });
    });
  });

  test("without permissions nothing is stored, and nothing loaded beside the task's own modules", async () => {
    const { reach } = importTasks<typeof import("./modules/nosy.ts")>(
      new URL("./modules/nosy.ts", import.meta.url),
    );
    await withQueue({ workers: 1, permissions: "none" }, async (queue) => {
      const refused = async (what: string, message: string) => {
        const handle = queue.submit(reach, [what]);
        assertEquals((await handle).status, "failed", what);
        assertStringIncludes((handle.error() as Error).message, message);
      };
      await refused("localStorage", "localStorage");
      await refused("caches", "caches");
      await refused("package", "--no-npm");
      await refused("./throws.ts", "Requires read access");
    });
  });

  test("a module that can't be loaded fails its own tasks, not those of others", async () => {
    const { gone } = importTasks<{ gone(): void }>(new URL("file:///no/such/module.ts"));
    await withQueue({ workers: 1 }, async (queue) => {
      assertEquals((await queue.submit(gone)).status, "failed");
      assertEquals(await queue.submit(tasks.add, [1, 2]).value(), 3);
    });
  });

  test("a child without permissions imports from no host, not from those allowed by default either", async () => {
    await withQueue({ workers: 1, permissions: "none" }, async (queue) => {
      const handle = queue.submit(tasks.importFrom, ["deno.land"]);
      await handle;
      assertStringIncludes(
        (handle.error() as Error).message,
        'Requires import access to "deno.land:443"',
      );
    });
  });

  test("a comma, which the command line can't carry, is refused", () => {
    for (const read of [["/one,two"], [""]]) {
      assertThrows(
        () => new ProcessQueue({ permissions: { read } }),
        RangeError,
        "permissions.read must list names without a comma: got",
      );
    }
  });

  test("a child reaches the hosts that its program reaches, and no others", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as { port: number };
    try {
      const connect: Call[] = [["connect", port]];
      const kinds: [string[], string][] = [
        [[RUN, `--allow-net=127.0.0.1:${port}`], "granted"],
        [[RUN, "--allow-net=127.0.0.1:1"], "NotCapable"],
        [[`--allow-run=${process.execPath}`, `--allow-net=127.0.0.1:${port}`], "granted"],
        [["--allow-all", "--deny-net=x.example"], "granted"],
        [["--allow-all", `--deny-net=127.0.0.1:${port}`], "NotCapable"],
      ];
      for (const [flags, expected] of kinds) {
        assertEquals(await outcomes(flags, "inherit", ...connect), [expected], flags.join(" "));
      }
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  test("a child finds modules as its program does: by configuration, import map and options", async () => {
    await withFolder(async (folder) => {
      const write = (name: string, text: unknown) => {
        const path = join(folder, name);
        writeFileSync(path, typeof text === "string" ? text : JSON.stringify(text));
        return path;
      };
      write("there.ts", "export const there = 1;");
      const map = write("map.json", { imports: { "#there": "./there.ts" } });
      const named: Call[] = [["importNamed", "#there"]];
      for (const flags of [["--import-map", map], ["--import-map=" + map], ["-c", map]]) {
        const seen = await outcomes(["--allow-all", ...flags], "inherit", ...named);
        assertEquals(seen, ["granted"], flags.join(" "));
      }
      const kv: Call[] = [["useUnstable"]];
      assertEquals(await outcomes(["--allow-all", "--unstable-kv"], "inherit", ...kv), ["granted"]);
      assertEquals(await outcomes(["--allow-all"], "inherit", ...kv), ["TypeError"]);
      // That of the main module holds for tasks that lie below it, under another one.
      write("deno.json", { imports: { "#there": "./there.ts" } });
      mkdirSync(join(folder, "nested"));
      write("nested/deno.json", {});
      const task = write("nested/task.ts", 'import "#there"; export const load = () => 1;');
      const library = new URL("../../../../mod.ts", import.meta.url).href;
      const main = write(
        "main.ts",
        `import { importTasks, processMap } from ${JSON.stringify(library)};
         const { load } = importTasks(${JSON.stringify(`file://${task}`)});
         console.log(await processMap(load, [[]], { workers: 1 }));`,
      );
      const program = new Program(main);
      assertEquals((await program.ended).stderr, "");
      assertEquals(program.text, "[ 1 ]\n");
    });
  });

  test("a child finds the dependencies of its program's package, in the folder that the program is in", async () => {
    await withFolder(async (folder) => {
      const write = (name: string, text: string) => {
        const path = join(folder, name);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, text);
        return path;
      };
      write("package.json", '{ "type": "module", "dependencies": { "dep": "1.0.0" } }');
      write(
        "node_modules/dep/package.json",
        '{ "name": "dep", "version": "1.0.0", "type": "module", "exports": "./index.js" }',
      );
      write("node_modules/dep/index.js", "export const dep = 7;");
      const task = write(
        "tasks/task.ts",
        `import { readFileSync } from "node:fs";
         import process from "node:process";
         import { dep } from "dep";
         export const load = () => [dep, process.cwd(), readFileSync(0).length];`,
      );
      const library = new URL("../../../../mod.ts", import.meta.url).href;
      const main = write(
        "main.ts",
        `import { importTasks, processMap } from ${JSON.stringify(library)};
         const { load } = importTasks(${JSON.stringify(`file://${task}`)});
         console.log(JSON.stringify(await processMap(load, [[]], { workers: 1 })));`,
      );
      const program = new Program(main);
      assertEquals((await program.ended).stderr, "");
      assertEquals(JSON.parse(program.text), [[7, process.cwd(), 0]]);
    });
  });

  test("permissions become options of the command line", () => {
    const all = { env: true, ffi: true, import: true, net: true, read: true, run: true, sys: true };
    assertEquals(permissionFlags({ ...all, write: true }), ["--no-prompt", "--allow-all"]);
    const noImport = "--allow-import=none.invalid";
    assertEquals(permissionFlags({}), ["--no-prompt", noImport]);
    assertEquals(permissionFlags({ net: [], write: false, import: false }), [
      "--no-prompt",
      noImport,
    ]);
    assertEquals(permissionFlags({ read: ["/a b", "/c"] }), [
      "--no-prompt",
      noImport,
      "--allow-read=/a b,/c",
    ]);
    const modules = ["file:///tasks.ts", "https://y.example/a.ts", "http://z.example:8080/b.ts"];
    assertEquals(permissionFlags({ import: ["x.example:443"] }, modules), [
      "--no-prompt",
      "--allow-import=x.example:443,y.example:443,z.example:8080",
    ]);
  });
} else {
  test("permissions are refused where the runtime has none", () => {
    for (const permissions of ["none", { read: true }] as const) {
      assertThrows(() => new ProcessQueue({ permissions }), TypeError, "must be 'inherit'");
    }
  });
}
