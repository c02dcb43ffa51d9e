/**
 * `deno run examples/build_graph.ts`: a small build. Sources are fetched on the event loop, compiled on threads and written on the
 * event loop again; each step starts as soon as what it needs is there, and no more than two fetches of one host run at once.
 *
 * @module
 */
import { AsyncQueue, inlineTask, type TaskHandle, ThreadQueue } from "@trilane/trilane";

/** What is to be built: each module with those that it needs. */
const MODULES: Readonly<Record<string, readonly string[]>> = {
  "a.example/base": [],
  "a.example/text": ["a.example/base"],
  "b.example/shapes": ["a.example/base"],
  "b.example/page": ["a.example/text", "b.example/shapes"],
};

/** Stands for a download. */
async function fetchSource(name: string): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, 10));
  return `source of ${name}`;
}

/** Stands for a compiler: what it makes depends on the source and on what the module needs. */
const compile = inlineTask(function compile(source: string, ...needed: string[]): string {
  return `${source.replace("source of", "compiled")}(${needed.join(", ")})`;
});

async function write(code: string): Promise<number> {
  await Promise.resolve();
  console.log(code);
  return code.length;
}

await using io = new AsyncQueue({ limits: { host: { workers: 2 } }, defaults: { retries: 2 } });
await using cpu = new ThreadQueue({ workers: 2 });

const compiled = new Map<string, TaskHandle<string>>();
const written = Object.entries(MODULES).map(([name, needs]) => {
  const source = io.submit(fetchSource, [name], { name, keys: { host: name.split("/")[0]! } });
  const needed = needs.map((need) => compiled.get(need)!);
  const code = cpu.submitAfter([source, ...needed], compile, { name });
  compiled.set(name, code);
  return io.submitAfter([code], write, { name });
});

let bytes = 0;
for (const handle of written) bytes += await handle.value();
console.log(`${written.length} modules, ${bytes} bytes`);
