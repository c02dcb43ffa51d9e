import { assertEquals } from "@std/assert";
import bench from "../../bench/std_import_map.json" with { type: "json" };
import deno from "../../deno.json" with { type: "json" };
import npm from "../../package.json" with { type: "json" };
import tsconfig from "../../tsconfig.json" with { type: "json" };
import { test } from "../harness.ts";
import packages from "../import_map.json" with { type: "json" };
import standIns from "./import_map.json" with { type: "json" };

type Imports = Record<string, string>;

const isStd = ([name]: [string, string]) => name.startsWith("@std/");
const std = (imports: Imports) => Object.fromEntries(Object.entries(imports).filter(isStd));
const others = (imports: Imports) =>
  Object.fromEntries(Object.entries(imports).filter((entry) => !isStd(entry)));

/** Targets as seen from another folder. */
function moved(imports: Imports, from: string, to: string): Imports {
  return Object.fromEntries(
    Object.entries(imports).map(([name, path]) => [name, path.replace(from, to)]),
  );
}

test("import map: the stand-ins' map differs from the packages' in @std alone", () => {
  assertEquals(Object.keys(standIns.imports).sort(), Object.keys(packages.imports).sort());
  assertEquals(others(standIns.imports), others(packages.imports));
});

test("import map: the same packages are meant by programs that are run without one", () => {
  assertEquals(std(packages.imports), deno.imports);
});

test("import map: what only tests need is nowhere that every task of Deno looks", () => {
  assertEquals(others(deno.imports), {});
  assertEquals(deno.lock, false);
  assertEquals("devDependencies" in npm, false);
});

test("import map: Bun, through tsconfig.json, gets the same stand-ins", () => {
  const paths = Object.entries(tsconfig.compilerOptions.paths).map((
    [name, [path]],
  ) => [name, path!]);
  assertEquals(std(Object.fromEntries(paths)), moved(std(standIns.imports), "./", "./tests/std/"));
});

test("import map: the benchmarks use the same stand-ins", () => {
  const own: Imports = bench.scopes["./"];
  const imports: Imports = standIns.imports;
  const same = Object.fromEntries(Object.keys(own).map((name) => [name, imports[name]!]));
  assertEquals(own, moved(same, "./", "../tests/std/"));
});
