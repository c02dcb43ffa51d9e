import { assertEquals } from "@std/assert";
import { test } from "../harness.ts";
import { left, tolerable } from "./changes.ts";
import { lanes, soundly } from "./support.ts";

for (const lane of lanes.slice(1)) {
  const { tasks } = lane;
  // A process takes long to start and runs the same code, so it is tried with those alone that programs would not bear.
  const kinds = Object.keys(left).filter((kind) =>
    lane.name === "ThreadQueue" || !Object.hasOwn(tolerable, kind)
  );
  for (const kind of [...kinds, "everything is frozen"]) {
    test(`${lane.name}: a task leaves its worker so that ${kind}: others run there all the same`, () =>
      soundly(lane, { workers: 1 }, async (queue) => {
        await queue.submit(tasks.change, [kind], { timeout: 20_000 });
        const results = await Promise.all([
          queue.submit(tasks.add, [1, 1]),
          queue.submit(tasks.addSlowly, [2, 2]),
          queue.submit(tasks.fail, ["right"], { retries: 1 }),
          queue.submit(tasks.add, [3, 3]),
        ]);
        assertEquals(
          results.map((result) => result.status === "succeeded" ? result.value : result.message),
          [2, 4, "right", 6],
        );
        assertEquals(results[2]!.attempts, 2);
      }));
  }
}
