import { assertEquals } from "@std/assert";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "./harness.ts";

const src = new URL("../src/", import.meta.url);

/** The imports, as `module -> specifier`, that are erased before the program runs. */
const typesAlone = new Set<string>();

/** Every module under `src/` with what it imports, comments and their examples left out. */
const modules = readdirSync(src, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => path.replaceAll("\\", "/"))
  .map((path) => {
    const code = readFileSync(new URL(path, src), "utf8")
      .replace(/\/\*[^]*?\*\//g, "")
      .replace(/^\s*\/\/.*$/gm, "");
    for (const [, specifier] of code.matchAll(/\bimport type [^;]*?\bfrom "([^"]+)"/g)) {
      typesAlone.add(`${path} -> ${specifier}`);
    }
    const imports = code.matchAll(/\b(?:from|import)\s*\(?\s*"([^"]+)"/g);
    return { path, imports: Array.from(imports, ([, specifier]) => specifier!) };
  });

/** The imports, as `module -> specifier`, that break a rule. */
function offences(breaks: (path: string, specifier: string) => boolean): string[] {
  return modules.flatMap(({ path, imports }) =>
    imports.filter((specifier) => breaks(path, specifier)).map((it) => `${path} -> ${it}`)
  );
}

test("layers: the core imports nothing but itself and the reports that a summary makes", () => {
  const allowed = (specifier: string) =>
    specifier.startsWith("./") || specifier.startsWith("../report/");
  assertEquals(offences((path, it) => path.startsWith("core/") && !allowed(it)), []);
});

test("layers: reports are pure functions, which know of the rest by its types alone", () => {
  const stays = (path: string, specifier: string) =>
    new URL(specifier, new URL(path, src)).href.startsWith(new URL("report/", src).href);
  assertEquals(
    offences((path, it) =>
      path.startsWith("report/") && !stays(path, it) && !typesAlone.has(`${path} -> ${it}`)
    ),
    [],
  );
  const outside = Array.from(typesAlone).filter((it) => it.startsWith("report/"));
  assertEquals(outside.filter((it) => !/ -> (\.\.?\/)+(core\/)?\w+\.ts$/.test(it)), []);
});

test("layers: no published module needs JSR, so that it can be published from anywhere", () => {
  assertEquals(offences((_, specifier) => /^(jsr:|@std\/)/.test(specifier)), []);
});

test("layers: SQLite is loaded by checkpoints alone", () => {
  assertEquals(
    offences((path, specifier) => !path.startsWith("checkpoint/") && /sqlite/.test(specifier)),
    [],
  );
});

test("layers: queues know nothing of checkpoints but what they record", () => {
  const queues = /^(core|async|pool|thread|process|remote|tasks|runtime)\//;
  assertEquals(
    offences((path, specifier) => queues.test(path) && specifier.includes("checkpoint/")),
    [],
  );
});
