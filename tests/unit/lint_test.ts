import { assertEquals } from "@std/assert";
import { runtime, test } from "../harness.ts";

/** Code, and what is found to be awaited in it. */
const programs: readonly [string, string[]][] = [
  ["const q = new AsyncQueue(); await q.map(f, [1]);", ["q.map(f, [1])"]],
  ["await using q = new ThreadQueue({ workers: 2 }); await q.map(f, [1]);", ["q.map(f, [1])"]],
  ["const q = await new ProcessQueue().start(); await q.map(f, []);", ["q.map(f, [])"]],
  ["await new AsyncQueue().map(f, []);", ["new AsyncQueue().map(f, [])"]],
  ["await ThreadQueue.use({}, async (q) => { await q.map(f, []); });", ["q.map(f, [])"]],
  ["await AsyncQueue.use({}, async function (q) { await q.map(f, []); });", ["q.map(f, [])"]],
  ["async function g(q: TaskQueue<Portable>) { await q.map(f, []); }", ["q.map(f, [])"]],
  ["let q: AsyncQueue; q = make(); await q.map(f, []);", ["q.map(f, [])"]],
  ["const q = new AsyncQueue(); const g = q.task(f); await g.map([]);", ["g.map([])"]],
  ["const q = new AsyncQueue(); await q.task(f).with({}).map([]);", ["q.task(f).with({}).map([])"]],
  [
    "class A { #q = new AsyncQueue(); b; constructor() { this.b = new AsyncQueue(); } " +
    "async c() { await this.#q.map(f, []); await this.b.map(f, []); } }",
    ["this.#q.map(f, [])", "this.b.map(f, [])"],
  ],
  ["async function g() { await q.map(f, []); } const q = new AsyncQueue();", ["q.map(f, [])"]],
  ["const q = new AsyncQueue(); await Promise.all(q.map(f, []));", []],
  ["const q = new AsyncQueue(); await q.group(f, []).values(); await q.submit(f);", []],
  [
    "const q = new AsyncQueue(); const handles = q.map(f, []); for (const h of handles) await h;",
    [],
  ],
  ["const q = attachQueue(port); await q.map(f, []); await other.map(f, []);", []],
];

// Only a test of Deno's can run a plugin of its linter.
if (runtime === "deno") {
  test("lint: to await the handles of map is found and mended, for each way to have a queue", async () => {
    const { default: plugin } = await import("../../src/lint/mod.ts");
    for (const [code, right] of programs) {
      const found = Deno.lint.runPlugin(plugin, "main.ts", code);
      assertEquals(found.map(({ range: [from, to] }) => code.slice(from, to)), right, code);
      for (const { id, message, fix } of found) {
        assertEquals(id, "trilane/no-await-map");
        assertEquals(message, "To await an array of handles waits for none of them");
        assertEquals(fix?.map(({ text }) => text?.startsWith("Promise.all(")), [true], code);
      }
    }
  });
}
