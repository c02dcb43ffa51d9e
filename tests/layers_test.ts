import { assertEquals } from "@std/assert";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "./harness.ts";

const src = new URL("../src/", import.meta.url);

/** Every module under `src/` with what it imports, comments and their examples left out. */
const modules = readdirSync(src, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => path.replaceAll("\\", "/"))
  .map((path) => {
    const code = readFileSync(new URL(path, src), "utf8")
      .replace(/\/\*[^]*?\*\//g, "")
      .replace(/^\s*\/\/.*$/gm, "");
    const imports = code.matchAll(/\b(?:from|import)\s*\(?\s*"([^"]+)"/g);
    return { path, imports: Array.from(imports, ([, specifier]) => specifier!) };
  });

/** The imports, as `module -> specifier`, that break a rule. */
function offences(breaks: (path: string, specifier: string) => boolean): string[] {
  return modules.flatMap(({ path, imports }) =>
    imports.filter((specifier) => breaks(path, specifier)).map((it) => `${path} -> ${it}`)
  );
}

test("layers: the core imports nothing but itself", () => {
  assertEquals(
    offences((path, specifier) => path.startsWith("core/") && !specifier.startsWith("./")),
    [],
  );
});

test("layers: no published module needs JSR, so that it can be published from anywhere", () => {
  assertEquals(offences((_, specifier) => /^(jsr:|@std\/)/.test(specifier)), []);
});
