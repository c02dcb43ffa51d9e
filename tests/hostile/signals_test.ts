import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TaskOptions } from "../../mod.ts";
import { assertRefused, CountingController, eventually, reported } from "../conformance/support.ts";
import { test } from "../harness.ts";
import { withFolder } from "../temporary_folder.ts";
import { oddities } from "./oddities.ts";
import { asyncLane, lanes, soundly } from "./support.ts";

function fail(): never {
  throw new Error("asked");
}

/** Something like a signal. */
function signalLike(own: object): AbortSignal {
  return {
    aborted: false,
    reason: undefined,
    addEventListener: () => {},
    removeEventListener: () => {},
    ...own,
  } as unknown as AbortSignal;
}

for (const lane of lanes) {
  const { tasks } = lane;

  test(`${lane.name}: a signal may have aborted before, and with anything`, () =>
    soundly(lane, { workers: 1 }, async (queue) => {
      for (const [kind, make] of Object.entries(oddities)) {
        const signal = AbortSignal.abort(make());
        for (
          const handle of [
            queue.submit(tasks.add, [1, 1], { signal }),
            ...queue.map(tasks.add, [[1, 1], [2, 2]], { signal }),
          ]
        ) {
          const result = await handle;
          assertEquals([result.status, result.attempts], ["cancelled", 0], kind);
          if (result.status === "cancelled") {
            assertStrictEquals(result.reason, signal.reason ?? result.reason);
          }
        }
      }
    }));

  test(`${lane.name}: one signal cancels thousands of tasks, with one listener`, () =>
    soundly(lane, { workers: 1 }, async (queue) => {
      const controller = new CountingController();
      const { signal } = controller;
      queue.pause();
      const handles = queue.map(
        tasks.add,
        Array.from({ length: 5_000 }, (): [number, number] => [1, 1]),
        { signal },
      );
      const more = Array.from({ length: 5_000 }, () => queue.submit(tasks.add, [1, 1], { signal }));
      assertEquals(controller.listeners, 1);
      controller.abort("enough");
      const statuses = new Set([...handles, ...more].map(({ status }) => status));
      assertEquals([...statuses], ["cancelled"]);
      assertEquals(controller.listeners, 0);
      queue.resume();
      await queue.join();
    }));

  test(`${lane.name}: a signal that has its own time cancels what runs`, () =>
    soundly(lane, { workers: 1 }, async (queue) => {
      const handle = queue.submit(tasks.never, { signal: AbortSignal.timeout(1), grace: 0 });
      const result = await handle;
      assertEquals(result.status, "cancelled");
      if (result.status === "cancelled") {
        assertEquals((result.reason as Error).name, "TimeoutError");
      }
      tasks.endAll();
    }));

  test(`${lane.name}: what listeners of a task's signal throw ends nothing, and the task cleans up`, () =>
    withFolder(async (folder) => {
      const file = join(folder, "heard");
      const errors = await reported(() =>
        soundly(lane, { workers: 1 }, async (queue) => {
          const handle = queue.submit(tasks.listenBadly, [file], { grace: 60_000 });
          await eventually(() => handle.progress === "listens", "it listens");
          assert(handle.cancel());
          const heard = () => existsSync(file) && readFileSync(file, "utf8");
          await eventually(() => heard() === "function,object,handler,this", "it has cleaned up");
        })
      );
      // Workers report to the console of their own.
      const right = lane === asyncLane ? ["function", "object", "handler"] : [];
      assertEquals(errors.map((error) => (error as Error).message), right);
    }));

  test(`${lane.name}: what is no signal is refused, and so is one that can't be listened to`, () =>
    soundly(lane, { workers: 1 }, (queue) => {
      for (const signal of [null, 7, {}, new AbortController(), signalLike({ aborted: "no" })]) {
        const options = { signal } as unknown as TaskOptions;
        assertRefused(queue, () => queue.submit(tasks.add, [1, 1], options), TypeError, "signal");
      }
      for (const own of [{ addEventListener: fail }, { removeEventListener: undefined }]) {
        for (const times of [1, 2]) {
          const options = { signal: signalLike(own) };
          const before = queue.stats;
          let thrown = 0;
          for (let n = 0; n < times; n++) {
            try {
              queue.submit(tasks.add, [1, 1], options);
            } catch {
              thrown++;
            }
          }
          assertEquals([thrown, queue.stats], [times, before]);
        }
      }
      return Promise.resolve();
    }));
}

test("signals of a program's own make cancel as others do, and may refuse to let go of a listener", () =>
  soundly(asyncLane, {}, async (queue) => {
    let abort = () => {};
    const signal = signalLike({
      addEventListener: (_name: string, listener: () => void) => void (abort = listener),
      removeEventListener: fail,
    });
    assertEquals(await queue.submit(() => 1, { signal }).value(), 1);
    const handle = queue.submit(() => 1, { delay: 60_000, signal });
    abort();
    assertEquals((await handle).status, "cancelled");
    abort();
  }));

test("a task may abort the signal that it was submitted with", () =>
  soundly(asyncLane, { workers: 1 }, async (queue) => {
    const controller = new AbortController();
    const { signal } = controller;
    const handles = [
      queue.submit(() => controller.abort("from within"), { signal }),
      queue.submit(() => 1, { signal }),
      queue.submit(() => 2),
    ];
    const results = await Promise.all(handles);
    assertEquals(results.map(({ status }) => status), ["cancelled", "cancelled", "succeeded"]);
  }));

test("hooks that abort the signal of the batch whose task they are told of cancel its rest", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  await soundly(asyncLane, { workers: 1, onStart: () => controller.abort() }, async (queue) => {
    const handles = queue.map((n: number) => n, [1, 2, 3], { signal });
    await queue.join();
    assertEquals(handles.map(({ status }) => status), Array(3).fill("cancelled"));
  });
});
