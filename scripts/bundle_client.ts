/**
 * `deno task client [--check]`: bundles the scripts of the pages, which are modules of their own, into one text each, so
 * that a page has its script in it and the package needs no bundler. With `--check` it writes nothing, and fails where a
 * bundle is not what its sources make.
 *
 * @module
 */
import { build, stop } from "esbuild";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { digestOf, moduleOf } from "./client_digest.ts";

/** Where each page's script begins, and where its bundle is. */
const CLIENTS = [
  { entry: "src/report/client/main.ts", bundle: "src/report/client.generated.ts" },
  { entry: "src/dashboard/client/main.ts", bundle: "src/dashboard/client.generated.ts" },
] as const;

const root = new URL("../", import.meta.url);

/** Bundles a page's script into the module that holds it. */
async function bundled(entry: string): Promise<string> {
  const { outputFiles, metafile } = await build({
    ...{ absWorkingDir: fileURLToPath(root), entryPoints: [entry], tsconfigRaw: {} },
    ...{ bundle: true, write: false, metafile: true, minify: true },
    ...{ format: "iife", target: "es2022", charset: "ascii", legalComments: "none" },
  });
  const sources = Object.keys(metafile.inputs).sort();
  // No text in the script may end the element that it stands in.
  const script = outputFiles[0]!.text.trim().replaceAll("</", "<\\/").replaceAll("<!--", "<\\!--");
  return moduleOf({ sources, script, digest: await digestOf(sources, script) });
}

const check = Deno.args.includes("--check");
for (const { entry, bundle } of CLIENTS) {
  const path = new URL(bundle, root);
  const module = await bundled(entry);
  if (!check) await writeFile(path, module);
  else if (await readFile(path, "utf8") !== module) {
    console.error(`${bundle} is not what its sources make. Run: deno task client`);
    Deno.exitCode = 1;
  }
}
await stop();
