import { assert, assertEquals } from "@std/assert";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { bundleOf, digestOf, moduleOf } from "../../../scripts/client_digest.ts";
import { test } from "../../harness.ts";

const root = new URL("../../../", import.meta.url);
const read = (path: string) => readFile(new URL(path, root), "utf8");

for (const page of ["report", "dashboard"]) {
  const path = `src/${page}/client.generated.ts`;

  test(`bundle: ${path} is made from its sources as they are (else run: deno task client)`, async () => {
    const module = await read(path);
    const bundle = bundleOf(module);
    for (const source of bundle.sources) assert(existsSync(new URL(source, root)), source);
    assertEquals(bundle.digest, await digestOf(bundle.sources, bundle.script));
    assertEquals(moduleOf(bundle), module);
  });

  test(`bundle: the script in ${path} can't end its element, and writes text as text alone`, async () => {
    const { script } = bundleOf(await read(path));
    new Function(script);
    const harmful =
      /<\/|<!--|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|DOMParser|import\(/;
    assertEquals(harmful.exec(script)?.[0], undefined);
  });
}
