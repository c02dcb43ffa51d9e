import { assertEquals } from "@std/assert";
import { test } from "../harness.ts";
import { left } from "./changes.ts";
import { lanes, soundly } from "./support.ts";

for (const lane of lanes.slice(1)) {
  const { tasks } = lane;
  for (const kind of [...Object.keys(left), "everything is frozen"]) {
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
