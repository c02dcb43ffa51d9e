import { assertEquals, assertFalse } from "@std/assert";
import { readFile } from "node:fs/promises";
import deno from "../deno.json" with { type: "json" };
import jsr from "../jsr.json" with { type: "json" };
import npm from "../package.json" with { type: "json" };
import { test } from "./harness.ts";
import packages from "./import_map.json" with { type: "json" };
import onBun from "./npm/package.json" with { type: "json" };

const read = (path: string) => readFile(new URL(`../${path}`, import.meta.url), "utf8");

test("package: deno.json and jsr.json describe the same package", () => {
  const { name, version, license, exports, publish } = deno;
  assertEquals({ name, version, license, exports, publish }, jsr);
});

test("package: package.json agrees on name, version and license", () => {
  assertEquals([npm.name, npm.version, npm.license], [deno.name, deno.version, deno.license]);
});

test("package: Deno and Bun test with the same packages of npm", () => {
  const wanted = Object.entries(onBun.devDependencies)
    .map(([name, version]) => [name, `npm:${name}@${version}`]);
  const imports: Record<string, string> = packages.imports;
  assertEquals(wanted, wanted.map(([name]) => [name, imports[name!]]));
});

test("package: the lock files name no host, so any registry will do", async () => {
  for (const path of ["tests/deno.lock", "tests/npm/bun.lock", "tests/cluster/npm/bun.lock"]) {
    assertFalse((await read(path)).includes("://"), path);
  }
});
