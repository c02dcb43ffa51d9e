import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { inspect } from "node:util";
import { ExecutionError, type TaskResult } from "../../mod.ts";
import { test } from "../harness.ts";
import { oddities } from "./oddities.ts";
import { asyncLane, lanes, soundly } from "./support.ts";

/** Looks at a result in all ways in which it is shown. */
function show(result: TaskResult): void {
  assertEquals(typeof result.message, result.status === "succeeded" ? "undefined" : "string");
  JSON.stringify(result);
}

const kinds = Object.keys(oddities);

for (const lane of lanes) {
  const { tasks } = lane;

  test(`${lane.name}: a task may throw anything: it fails, alone, and can be shown`, () =>
    soundly(lane, { workers: 2 }, async (queue) => {
      const handles = kinds.flatMap((kind) => [
        queue.submit(tasks.throwOdd, [kind], { name: `throws ${kind}` }),
        queue.submit(tasks.rejectOdd, [kind], { name: `rejects with ${kind}`, retries: 1 }),
        queue.submit(tasks.add, [1, 1]),
      ]);
      const summary = await queue.run();
      assertEquals(
        handles.map(({ name, status, attempts }) => [name, status, attempts]),
        kinds.flatMap((kind) => [
          ...[[`throws ${kind}`, "failed", 1], [`rejects with ${kind}`, "failed", 2]],
          ["add", "succeeded", 1],
        ]),
      );
      for (const handle of handles) {
        show(handle.result() as TaskResult);
        inspect(handle);
      }
      assertEquals([summary.failed, summary.succeeded], [2 * kinds.length, kinds.length]);
      assertEquals(typeof summary.toString(), "string");
      JSON.stringify(summary);
    }));

  test(`${lane.name}: what a task throws is what value() rejects with, and a group's error tells of`, () =>
    soundly(lane, { workers: 1 }, async (queue) => {
      for (const kind of ["undefined", "null", "a symbol", "a frozen error"]) {
        const seen = await queue.submit(tasks.throwOdd, [kind]).value().then(
          () => "a value",
          (error: unknown) => error === undefined || error === null ? error : typeof error,
        );
        const right = { "undefined": undefined, "null": null, "a frozen error": "object" };
        // A symbol can't be sent: its text is.
        const sent = lane.differences.keepsIdentity ? "symbol" : "string";
        assertEquals(seen, kind in right ? right[kind as keyof typeof right] : sent, kind);
      }
      const group = queue.group(tasks.throwOdd, kinds);
      const error = await group.values().then(() => undefined, (error: unknown) => error);
      assert(error instanceof ExecutionError, String(error));
      assertEquals(error.errors.length, kinds.length);
      assertEquals(typeof error.message, "string");
    }));

  test(`${lane.name}: a task may be cancelled with anything as the reason`, () =>
    soundly(lane, { workers: 1 }, async (queue) => {
      queue.pause();
      for (const kind of kinds) {
        const reason = oddities[kind]!();
        const handle = queue.submit(tasks.add, [1, 1]);
        assertEquals(handle.cancel(reason), true);
        const error = await handle.value().then(() => undefined, (error: unknown) => error);
        assert(error instanceof Error, kind);
        assertEquals(error.name, "AbortError", kind);
        const result = await handle;
        assertEquals(result.status, "cancelled");
        show(result);
        if (result.status !== "cancelled" || reason === undefined || reason === null) continue;
        assertStrictEquals(result.reason, reason);
      }
      queue.resume();
    }));
}

/** What can't even be asked for a `then`, as a promise would ask it. */
const unaskable = new Set([
  "a revoked proxy",
  "a revoked proxy of a function",
  "a proxy that throws at any look",
]);

test("a task that returns what is odd has it as its value, on the event loop, if it can be asked", () =>
  soundly(asyncLane, {}, async (queue) => {
    for (const [kind, make] of Object.entries(oddities)) {
      const value = make();
      const handle = queue.submit(() => value);
      const result = await handle;
      if (unaskable.has(kind)) assertEquals(result.status, "failed", kind);
      else assertStrictEquals(result.status === "succeeded" && result.value, value, kind);
      JSON.stringify(result);
    }
  }));

for (const lane of lanes.slice(1)) {
  test(`${lane.name}: a task that returns what can't be sent fails alone`, () =>
    soundly(lane, { workers: 1 }, async (queue) => {
      const handles = queue.map(lane.tasks.returnOdd, kinds);
      await queue.join();
      const statuses = Object.fromEntries(
        handles.map((
          handle,
          n,
        ) => [kinds[n], handle.error() ? (handle.error() as Error).name : "sent"]),
      );
      for (
        const kind of [
          "a symbol",
          "a revoked proxy",
          "a function",
          "a proxy that throws at any look",
        ]
      ) {
        assertEquals(statuses[kind], "NotPortableError", kind);
      }
      for (
        const kind of ["undefined", "null", "a frozen error", "an error that is its own cause"]
      ) {
        assertEquals(statuses[kind], "sent", kind);
      }
    }));
}
