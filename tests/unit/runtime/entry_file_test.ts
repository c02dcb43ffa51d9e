import { assertEquals, assertThrows } from "@std/assert";
import { fileURLToPath } from "node:url";
import { TrilaneError } from "../../../mod.ts";
import { entryFile } from "../../../src/runtime/entry_file.ts";
import { test } from "../../harness.ts";

test("entry file: a module that is there is named by its path", () => {
  assertEquals(entryFile(import.meta.url), fileURLToPath(import.meta.url));
});

test("entry file: of a bundled or compiled program it is missed, and what to do is said", () => {
  for (const entry of ["file:///$bunfs/root/entry.ts", "file:///no/such/dist/entry.ts"]) {
    for (const way of ['by the option "workerUrl"', "leave @trilane/trilane out of the bundle"]) {
      assertThrows(() => entryFile(entry), TrilaneError, way);
    }
  }
});
