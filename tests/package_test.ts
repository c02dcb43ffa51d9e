import { assertEquals, assertFalse } from "@std/assert";
import { readFile } from "node:fs/promises";
import deno from "../deno.json" with { type: "json" };
import jsr from "../jsr.json" with { type: "json" };
import npm from "../package.json" with { type: "json" };
import standIns from "./std/import_map.json" with { type: "json" };
import { test } from "./harness.ts";

const read = (path: string) => readFile(new URL(`../${path}`, import.meta.url), "utf8");

test("package: deno.json and jsr.json describe the same package", () => {
  const { name, version, license, exports, publish } = deno;
  assertEquals({ name, version, license, exports, publish }, jsr);
});

test("package: package.json agrees on name, version and license", () => {
  assertEquals([npm.name, npm.version, npm.license], [deno.name, deno.version, deno.license]);
});

test("package: Deno and Bun test with the same fast-check", () => {
  assertEquals(`npm:fast-check@${npm.devDependencies["fast-check"]}`, deno.imports["fast-check"]);
});

test("package: the stand-ins' import map has the same packages of npm", () => {
  const fromNpm = (imports: Record<string, string>) =>
    Object.fromEntries(Object.entries(imports).filter(([, target]) => target.startsWith("npm:")));
  assertEquals(fromNpm(standIns.imports), fromNpm(deno.imports));
});

test("package: the lock files name no host, so any registry will do", async () => {
  for (const path of ["deno.lock", "bun.lock"]) {
    assertFalse((await read(path)).includes("://"), path);
  }
});
