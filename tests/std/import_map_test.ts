import { assertEquals } from "@std/assert";
import deno from "../../deno.json" with { type: "json" };
import tsconfig from "../../tsconfig.json" with { type: "json" };
import { test } from "../harness.ts";
import map from "./import_map.json" with { type: "json" };

const isStd = ([name]: [string, string]) => name.startsWith("@std/");

test("import map: carries every import of deno.json, which it replaces", () => {
  assertEquals(Object.keys(map.imports).sort(), Object.keys(deno.imports).sort());
});

test("import map: differs from deno.json in @std alone", () => {
  const others = (imports: Record<string, string>) =>
    Object.fromEntries(Object.entries(imports).filter((entry) => !isStd(entry)));
  assertEquals(others(map.imports), others(deno.imports));
});

test("import map: Bun, through tsconfig.json, gets the same stand-ins", () => {
  const paths = Object.entries(tsconfig.compilerOptions.paths)
    .map(([name, [path]]) => [name, path!] as [string, string]);
  assertEquals(
    Object.fromEntries(paths.filter(isStd)),
    Object.fromEntries(
      Object.entries(map.imports).filter(isStd)
        .map(([name, path]) => [name, path.replace("./", "./tests/std/")]),
    ),
  );
});
