import { assert, assertEquals, assertThrows } from "@std/assert";
import { AsyncLocalStorage } from "node:async_hooks";
import type { AsyncContexts } from "../../../src/base/async_contexts.ts";
import { coreContexts } from "../../../src/runtime/deno/contexts.ts";
import { runtime as here } from "../../../src/runtime/here.ts";
import { browser } from "../../../src/runtime/browser/runtime.ts";
import { nodeContexts } from "../../../src/runtime/node_contexts.ts";
import { runtime, test } from "../../harness.ts";

const kinds: [string, AsyncContexts][] = [["node:async_hooks", nodeContexts()]];
const core = coreContexts();
if (core !== undefined) kinds.push(["Deno's core", core]);

test("contexts: Deno's core is known, and there is none elsewhere", () => {
  assertEquals(kinds.map(([name]) => name), [
    "node:async_hooks",
    ...runtime === "deno" ? ["Deno's core"] : [],
  ]);
  assert(here.asyncContexts?.() !== undefined);
  assertEquals(browser.asyncContexts?.(), undefined);
});

for (const [name, contexts] of kinds) {
  const storage = new AsyncLocalStorage<string>();

  test(`contexts, ${name}: what runs in a captured one sees what was there, and what follows doesn't`, async () => {
    const outside = contexts.capture();
    const captured = storage.run("captured", () => contexts.capture());
    await storage.run("here", async () => {
      const later = contexts.run(captured, () => {
        assertEquals(storage.getStore(), "captured");
        return Promise.resolve().then(() => storage.getStore());
      });
      assertEquals(storage.getStore(), "here");
      assertEquals(await later, "captured");
      assertEquals(contexts.run(outside, () => storage.getStore()), undefined);
      assertThrows(() =>
        contexts.run(captured, () => {
          throw new Error("thrown");
        })
      );
      assertEquals(storage.getStore(), "here");
    });
  });

  test(`contexts, ${name}: a variable has its value in what is called and in all that comes of it`, async () => {
    const variable = contexts.variable<number>();
    const captured = storage.run("captured", () => contexts.capture());
    const look = async (...args: number[]) => {
      await Promise.resolve();
      return [variable.get(), storage.getStore(), ...args];
    };
    const calls = storage.run("here", () => [
      variable.call(1, look, []),
      variable.call(2, look, [7, 8], captured),
      variable.call(3, () => variable.call(undefined, look, []), []),
    ]);
    assertEquals(variable.get(), undefined);
    assertEquals(await Promise.all(calls), [
      [1, "here"],
      [2, "captured", 7, 8],
      [undefined, "here"],
    ]);
    assertThrows(() =>
      variable.call(4, () => {
        throw new Error("thrown");
      }, [])
    );
    assertEquals(variable.get(), undefined);
  });

  test(`contexts, ${name}: variables and storages that are entered within each other keep their values apart`, async () => {
    const [a, b] = [contexts.variable<number>(), contexts.variable<number>()];
    const inner = new AsyncLocalStorage<string>();
    const look = async () => {
      await new Promise((resolve) => setTimeout(resolve, 0));
      return [a.get(), b.get(), storage.getStore(), inner.getStore()];
    };
    const inB = () => b.call(2, look, []);
    const all = storage.run("outer", () => [
      a.call(1, () => inner.run("inner", inB), []),
      a.call(1, () => [look(), inner.run("inner", look)], []),
      look(),
    ]) as unknown[];
    assertEquals(await Promise.all(all.flat()), [
      [1, 2, "outer", "inner"],
      [1, undefined, "outer", undefined],
      [1, undefined, "outer", "inner"],
      [undefined, undefined, "outer", undefined],
    ]);
  });
}
