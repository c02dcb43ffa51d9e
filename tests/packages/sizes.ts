import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { test } from "../harness.ts";
import { node24, project, run, succeed } from "./project.ts";

/**
 * How many bytes an entry point may have, minified and compressed, with all that it brings along: what it has now and a little more,
 * to be lowered when it has become smaller.
 */
const MOST_BYTES = { async: 29_900, thread: 46_900 };

let bundling: Promise<string> | undefined;
const bundles = () =>
  bundling ??= project("bundles", ["npm", "install", "--no-audit", "--no-fund"], [
    "esbuild@0.28.2",
  ]);

for (const [lane, most] of Object.entries(MOST_BYTES)) {
  test(`${lane} is small for a bundle, and has no module of Node's`, async () => {
    const cwd = await bundles();
    const entry = `node_modules/@trilane/trilane/src/lanes/${lane}/mod.js`;
    const options = ["--bundle", "--minify", "--format=esm", "--target=es2022"];
    const out = ["--outfile=small.js", "--metafile=small.json"];
    await succeed(["npx", "--no", "--", "esbuild", entry, ...options, ...out], { cwd });
    const { inputs } = JSON.parse(readFileSync(join(cwd, "small.json"), "utf8"));
    const outside = Object.values<{ imports: { path: string; external?: boolean }[] }>(inputs)
      .flatMap(({ imports }) => imports.filter(({ external }) => external).map(({ path }) => path));
    assertEquals(outside, []);
    const size = gzipSync(readFileSync(join(cwd, "small.js"))).length;
    assert(size <= most, `${size} bytes`);
  });
}

test("a thread's module that isn't in a bundle is missed, and what to do is said; with it all lanes run", async () => {
  const cwd = await bundles();
  const esbuild = ["npx", "--no", "--", "esbuild", "--bundle", "--platform=node", "--format=esm"];
  await succeed([...esbuild, "bundled.js", "tasks.js", "--outdir=alone"], { cwd });
  const { stderr, code } = await run([node24, "alone/bundled.js"], { cwd });
  assertEquals(code, 1);
  assertStringIncludes(stderr, "@trilane/trilane/thread/worker");
  const workers = ["thread", "process"].map((lane) => `${lane}=@trilane/trilane/${lane}/worker`);
  await succeed([...esbuild, "bundled.js", "tasks.js", ...workers, "--outdir=whole"], { cwd });
  const printed = await succeed([node24, "whole/bundled.js", "workers"], { cwd });
  assertEquals(printed, "ThreadQueue 5\nProcessQueue 5\n");
});
