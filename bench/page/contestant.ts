/**
 * `contestant.ts WORK CONTENDER`: one contender in a page of a browser of its own, asked and answering as those of other
 * runtimes.
 *
 * @module
 */
import process from "node:process";
import { createInterface } from "node:readline";
import { launch } from "../../tests/browser/chromium.ts";
import type { Page } from "./page.ts";

/** The page's own files, and those that come from elsewhere. */
const FOLDERS = ["../node_modules/.page", "..", "../node_modules/@trilane/trilane"]
  .map((folder) => new URL(`${folder}/`, import.meta.url));

/** Threads share memory, and the clock is exact. */
const ISOLATED = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

const TRILANE = Object.fromEntries(
  ["async", "thread"].map((lane) => [`@trilane/trilane/${lane}`, `/src/lanes/${lane}/mod.js`]),
);

const HTML = `<!doctype html><title>Contestant</title>
<script type="importmap">${JSON.stringify({ imports: TRILANE })}</script>
<script type="module" src="/page.js"></script>`;

async function serve(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  const as = (type: string) => ({ headers: { ...ISOLATED, "content-type": type } });
  if (pathname === "/") return new Response(HTML, as("text/html"));
  for (const folder of FOLDERS) {
    try {
      const file = await Deno.readFile(new URL(`.${pathname}`, folder));
      return new Response(file, as("text/javascript"));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return new Response("There is no such file", { status: 404 });
}

declare const page: Page;

const [id, name] = process.argv.slice(2) as [string, string];
const say = (message: object) => process.stdout.write(`\n${JSON.stringify(message)}\n`);

const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, serve);
const browser = await launch("--js-flags=--expose-gc");
try {
  const tab = await browser.newPage();
  await tab.goto(`http://127.0.0.1:${server.addr.port}/`);
  await tab.evaluate(([id, name]) => page.open(id, name), [id, name] as const);
  say({ ready: true });
  for await (const _ of createInterface({ input: process.stdin })) {
    say({ figures: await tab.evaluate(() => page.round()) });
  }
} catch (error) {
  say({ error: error instanceof Error ? error.message : `${error}` });
}
await browser.close();
process.exit();
