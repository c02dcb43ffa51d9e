import { assertEquals, assertStrictEquals } from "@std/assert";
import { test } from "../harness.ts";
import { lanes } from "./lanes.ts";
import { pick, Watch, withQueue } from "./support.ts";

for (const lane of lanes) {
  const { tasks } = lane;

  test(`${lane.name}: starts tasks by priority, lowest first, and in order of submission within`, () =>
    withQueue(lane, { workers: 1 }, async (queue) => {
      const log: string[] = [];
      const submit = (name: string, priority?: number) =>
        queue.submit(tasks.nothing, { name, priority }).onDone(() => log.push(name));
      submit("d1");
      submit("e", 3.5);
      submit("a", -Infinity);
      submit("c", 0);
      submit("f1", Infinity);
      submit("d2", 3);
      submit("b", -1);
      submit("d3", undefined);
      submit("f2", Infinity);
      await queue.run();
      assertEquals(log, ["a", "b", "c", "d1", "d2", "d3", "e", "f1", "f2"]);
    }));

  test(`${lane.name}: keeps the order of hundreds of priorities`, () => {
    const watch = new Watch();
    return withQueue(lane, { workers: 1, ...watch.hooks }, async (queue) => {
      const priorities = Array.from({ length: 400 }, (_, i) => (i * 7919) % 200);
      priorities.forEach((priority, i) =>
        queue.submit(tasks.nothing, { priority, name: `${priority}/${i}` })
      );
      await queue.run();
      const expected = priorities.map((priority, i) => ({ priority, i }))
        .sort((a, b) => a.priority - b.priority || a.i - b.i)
        .map(({ priority, i }) => `${priority}/${i}`);
      assertEquals(watch.startedNames, expected);
    });
  });

  test(`${lane.name}: what a started queue is given in one go is ordered before the first begins`, () => {
    const watch = new Watch();
    return withQueue(lane, { workers: 1, ...watch.hooks }, async (queue) => {
      await queue.start();
      queue.submit(tasks.nothing, { name: "last", priority: 9 });
      queue.submit(tasks.nothing, { name: "first", priority: 1 });
      await queue.join();
      assertEquals(watch.startedNames, ["first", "last"]);
    });
  });

  test(`${lane.name}: never runs more attempts at once than it has workers`, () => {
    const watch = new Watch();
    return withQueue(lane, { workers: 2, ...watch.hooks }, async (queue, desk) => {
      await queue.start();
      const handles = ["a", "b", "c", "d"].map((name) =>
        queue.submit(tasks.gate, [desk.file(name), name], { name })
      );
      await Promise.all([watch.begun(handles[0]), watch.begun(handles[1])]);
      assertEquals(pick(queue, "active", "pending"), { active: 2, pending: 2 });
      desk.open("b");
      await watch.begun(handles[2]);
      assertEquals(watch.startedNames, ["a", "b", "c"]);
      assertEquals(pick(queue, "active", "pending"), { active: 2, pending: 1 });
      desk.open("a", "c", "d");
      await queue.join();
      assertEquals(watch.startedNames, ["a", "b", "c", "d"]);
    });
  });

  test(`${lane.name}: cancelling one task and submitting another at once runs the other`, () => {
    const watch = new Watch();
    return withQueue(lane, { workers: 1, ...watch.hooks }, async (queue, desk) => {
      await queue.start();
      for (let i = 0; i < 20; i++) {
        const a = queue.submit(tasks.gate, [desk.file("never"), "a"]);
        await watch.begun(a);
        a.cancel();
        const b = queue.submit(tasks.echo, [`b${i}`]);
        assertStrictEquals(await b.value(), `b${i}`);
        assertEquals(a.status, "cancelled");
      }
    });
  });
}
