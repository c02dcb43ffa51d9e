import { assert, assertEquals } from "@std/assert";
import { VirtualClock } from "../../src/testing/virtual_clock.ts";
import { test } from "../harness.ts";
import { lanes } from "./lanes.ts";
import { assertRefused, Watch, withQueue } from "./support.ts";

for (const lane of lanes) {
  const { tasks } = lane;

  test(`${lane.name}: a task that waits can be given another priority, and keeps its order`, () => {
    const watch = new Watch();
    return withQueue(lane, { workers: 1, ...watch.hooks }, async (queue) => {
      const names = ["a", "b", "c", "d", "e"];
      const [a, b, c, d, e] = names.map((name) => queue.submit(tasks.nothing, { name }));
      assertEquals([e.reprioritize(1), d.reprioritize(9), a.reprioritize(5)], [true, true, true]);
      assertEquals(b.reprioritize(1), true);
      assertEquals([a, b, c, d, e].map(({ priority }) => priority), [5, 1, 3, 9, 1]);
      assertEquals([d.reprioritize(5), c.reprioritize(-Infinity), c.reprioritize(5)], [
        ...[true, true, true],
      ]);
      await queue.run();
      assertEquals(watch.startedNames, ["b", "e", "a", "c", "d"]);
      assertEquals(watch.completed.map(({ priority }) => priority), [1, 1, 5, 5, 5]);
      assertEquals([a.reprioritize(0), a.priority], [false, 5]);
      assertRefused(queue, () => a.reprioritize(NaN), RangeError, "priority must be a number");
      assertRefused(queue, () => a.reprioritize("1" as never), TypeError, "priority must be");
    });
  });

  test(`${lane.name}: a task that waits in any place can be given another priority`, () => {
    const clock = new VirtualClock();
    const watch = new Watch();
    const limits = { host: { workers: 1 } };
    return withQueue(lane, { clock, workers: 1, limits, ...watch.hooks }, async (queue, desk) => {
      await queue.start();
      const retrying = queue.submit(tasks.failUntil, [2], {
        ...{ name: "retrying", retries: 1, retryDelay: 10 },
      });
      await watch.until(() => watch.retried.length === 1);
      const keys = { host: "a" };
      const running = queue.submit(tasks.gate, [desk.file("gate"), 1], { name: "running", keys });
      const submit = (name: string, options = {}) =>
        queue.submit(tasks.nothing, { name, ...options });
      const scheduled = submit("scheduled", { delay: 10 });
      const blocked = submit("blocked", { after: [running] });
      const [first, held] = [submit("first", { keys }), submit("held", { keys, priority: 8 })];
      await watch.begun(running);
      await clock.advance(10);
      const order = [held, blocked, retrying, scheduled, first];
      order.forEach((handle, n) => assertEquals(handle.reprioritize(n - 10), true));
      assertEquals(running.reprioritize(0), false);
      desk.open("gate");
      await queue.join();
      assertEquals(watch.startedNames.slice(2), order.map(({ name }) => name));
    });
  });

  test(`${lane.name}: what was sent ahead is taken back for another priority`, () => {
    const watch = new Watch();
    return withQueue(lane, { workers: 1, ...watch.hooks }, async (queue, desk) => {
      await queue.start();
      // Short tasks, so that the lane sends ahead.
      await queue.group(tasks.nothing, Array(50).fill([])).wait();
      const gate = queue.submit(tasks.gate, [desk.file("gate"), 1]);
      const log = desk.file("log");
      const items = Array.from({ length: 20 }, (_, n) => [log, `${n}`] as const);
      const handles = queue.map(tasks.note, items);
      await watch.begun(gate);
      assertEquals(gate.reprioritize(0), false);
      for (let n = 0; n < 20; n++) assertEquals(handles[n].reprioritize(20 - n), true);
      desk.open("gate");
      await queue.join();
      assertEquals(desk.lines("log"), items.map(([, line]) => line).reverse());
    });
  });

  test(`${lane.name}: with aging a task that waits becomes as urgent as if priorities were moments`, () => {
    const clock = new VirtualClock();
    const watch = new Watch();
    return withQueue(
      lane,
      { clock, workers: 1, aging: 10, ...watch.hooks },
      async (queue, desk) => {
        await queue.start();
        const gate = queue.submit(tasks.gate, [desk.file("gate"), 1], { name: "gate" });
        await watch.begun(gate);
        const submit = (name: string, priority: number) =>
          queue.submit(tasks.nothing, { name, priority });
        submit("50", 5);
        submit("30", 3);
        submit("never", Infinity);
        await clock.advance(15);
        submit("45", 3);
        submit("15", 0);
        const moved = submit("moved", 9);
        await clock.advance(15);
        submit("50 again", 2);
        submit("30 again", 0);
        submit("first", -Infinity);
        moved.reprioritize(1);
        desk.open("gate");
        await queue.join();
        // "15" and "moved" became ready at 15: they rank as 15 and 25.
        const expected = "first 15 moved 30 30 again 45 50 50 again never";
        assertEquals(watch.startedNames.slice(1).join(" "), expected);
      },
    );
  });

  test(`${lane.name}: with aging no stream of urgent tasks keeps another from its turn`, () => {
    const clock = new VirtualClock();
    const watch = new Watch(clock);
    const options = { clock, workers: 1, aging: 10, rate: 100, ...watch.hooks };
    return withQueue(lane, options, async (queue) => {
      await queue.start();
      const patient = queue.submit(tasks.nothing, { name: "patient", priority: 30 });
      let urgent = 0;
      while (!patient.done && urgent < 200) {
        urgent++;
        queue.submit(tasks.nothing, { name: "urgent", priority: 0 });
        queue.submit(tasks.nothing, { name: "urgent", priority: 0 });
        await watch.until(() => watch.completed.length === urgent);
        await clock.advance(10);
      }
      // Those that came in the first 300 ms go before it, twice as many as could start meanwhile.
      const at = watch.startedNames.indexOf("patient");
      assert(at > 50 && at <= 61, `${at}`);
      queue.cancelPending();
    });
  });
}
