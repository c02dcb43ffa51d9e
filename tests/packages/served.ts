import { assertEquals } from "@std/assert";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "../harness.ts";
import { run, workplace } from "./project.ts";

/** Serves the sources while a body runs, as a server of JSR's does; the body gets the address. */
async function served(body: (address: string) => Promise<void>): Promise<void> {
  const root = new URL("../../", import.meta.url);
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, ({ url }) => {
    const { pathname } = new URL(url);
    try {
      const headers = { "content-type": "text/typescript" };
      return new Response(readFileSync(new URL(`.${pathname}`, root)), { headers });
    } catch {
      return new Response("There is no such file", { status: 404 });
    }
  });
  try {
    await body(`http://127.0.0.1:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
}

/** A program with a queue of one lane, whose task is in a module of its own. */
function program(address: string, lane: string): string {
  const Queue = { async: "AsyncQueue", thread: "ThreadQueue", process: "ProcessQueue" }[lane]!;
  return `
import { ${Queue} } from "${address}/src/lanes/${lane}/mod.ts";
import { importTasks } from "${address}/src/portable/mod.ts";
const { addOne } = importTasks(new URL("./tasks.js", import.meta.url));
const queue = new ${Queue}({ workers: 1 });
console.log(await queue.submit(${lane === "async" ? "(n) => n + 1" : "addOne"}, [4]).value());
await queue.shutdown();
`;
}

/** What each lane must be allowed, in the program's folder and besides to import. */
const LEAST: Readonly<Record<string, readonly string[]>> = {
  async: [],
  thread: ["--allow-read=."],
  process: ["--allow-run", "--allow-read=."],
};

for (const [lane, flags] of Object.entries(LEAST)) {
  test(`from a server on Deno: the ${lane} lane runs with the least permissions, and offline once it has been cached`, () =>
    served(async (address) => {
      const cwd = join(workplace, `served-${lane}`);
      mkdirSync(cwd);
      writeFileSync(join(cwd, "tasks.js"), "export const addOne = (n) => n + 1;\n");
      writeFileSync(join(cwd, "main.js"), program(address, lane));
      const allow = [`--allow-import=${new URL(address).host}`, ...flags];
      const first = await run([Deno.execPath(), "cache", ...allow.slice(0, 1), "main.js"], { cwd });
      assertEquals(first.code, 0, first.stderr);
      const words = ["run", "--no-prompt", "--cached-only", ...allow, "main.js"];
      const { stdout, stderr } = await run([Deno.execPath(), ...words], { cwd });
      assertEquals(stdout, "5\n", stderr);
    }));
}
