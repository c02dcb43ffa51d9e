/**
 * Test files as a browser loads them, with the modules that they need in a few files: workers start in them by the hundred.
 *
 * @module
 */
import { build, type Plugin, stop } from "esbuild";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

const HERE = "tests/browser/conformance";

/** The module that runs the tests of a page. */
export const PAGE = `${HERE}/page.ts`;

/** What stands in for what browsers don't have, by what the path of an import matches. */
const STAND_INS: readonly (readonly [RegExp, string])[] = [
  [/^node:util$/, `${HERE}/stand_ins/util.ts`],
  [/^node:|\/task_files\.ts$/, `${HERE}/stand_ins/node.ts`],
  [/^@std\/assert$/, "tests/std/assert.ts"],
  [/^@std\/async$/, "tests/std/async.ts"],
  [/^(\.\.\/)+mod\.ts$/, `${HERE}/stand_ins/mod.ts`],
];

/** What pages and workers load by its URL. */
const LOADED = [PAGE, "src/lanes/thread/entry.ts", "tests/conformance/tasks.ts"];

const forBrowsers: Plugin = {
  name: "for browsers",
  setup({ onLoad, onResolve }) {
    for (const [filter, path] of STAND_INS) onResolve({ filter }, () => ({ path: ROOT + path }));
    // A module has the URL of its own, whichever file it is in.
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const url = `const moduleUrl = location.origin + "/${path.slice(ROOT.length)}"; `;
      return { contents: text.includes("import.meta.url") ? url + text : text, loader: "ts" };
    });
  },
};

/** The text of each file to serve, by its path there: that of a module with the name that it has here. */
export async function bundle(files: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { outputFiles } = await build({
    ...{ absWorkingDir: ROOT, entryPoints: [...files, ...LOADED], outdir: ROOT, outbase: ROOT },
    ...{ bundle: true, splitting: true, write: false, format: "esm", target: "esnext" },
    // Tasks go by the names of their functions.
    ...{ keepNames: true },
    ...{ tsconfigRaw: {}, outExtension: { ".js": ".ts" }, plugins: [forBrowsers] },
    ...{ define: { "import.meta.url": "moduleUrl" }, external: ["../cluster/*"] },
  });
  await stop();
  return new Map(outputFiles.map(({ path, text }) => [`/${path.slice(ROOT.length)}`, text]));
}
