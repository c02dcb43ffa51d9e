import { assert, assertEquals } from "@std/assert";
import type { TaskHandle } from "../../mod.ts";
import { test } from "../harness.ts";
import { lanes } from "./lanes.ts";
import { assertRefused, eventually, pick, settle, Watch, watched, withQueue } from "./support.ts";

for (const lane of lanes) {
  const { tasks, differences } = lane;
  const names = (watch: Watch) => watch.startedNames.join(" ");

  test(`${lane.name}: runs no more tasks of a key at once than its limit, and others meanwhile`, () => {
    const watch = new Watch();
    const options = { workers: 4, limits: { host: { workers: 2 } }, ...watch.hooks };
    return withQueue(lane, options, async (queue, desk) => {
      await queue.start();
      const gate = (name: string, host: string | number) =>
        queue.submit(tasks.gate, [desk.file(name), name], { name, keys: { host } });
      const [a1, a2, a3, a4] = ["a1", "a2", "a3", "a4"].map((name) => gate(name, 1));
      // 1 and "1" are one key.
      const a5 = gate("a5", "1");
      const b1 = gate("b1", "b");
      const free = queue.submit(tasks.gate, [desk.file("free"), 0], { name: "free" });
      await Promise.all([a1, a2, b1, free].map((handle) => watch.begun(handle)));
      assertEquals(names(watch).split(" ").sort(), ["a1", "a2", "b1", "free"]);
      assertEquals(pick(queue, "active", "pending", "limited"), {
        ...{ active: 4, pending: 3, limited: 3 },
      });
      desk.open("b1", "free");
      await Promise.all([b1, free]);
      await settle();
      assertEquals([a3, a4, a5].map(({ status }) => status), ["pending", "pending", "pending"]);
      desk.open("a2");
      await watch.begun(a3);
      assertEquals([a4.status, a5.status, queue.activeCount], ["pending", "pending", 2]);
      desk.open("a1", "a3", "a4", "a5");
      await queue.join();
      assertEquals(watch.startedNames.slice(-2), ["a4", "a5"]);
      assertEquals(queue.stats.limited, 0);
    });
  });

  test(`${lane.name}: what a key holds back returns by its priority`, () => {
    const watch = new Watch();
    const options = { workers: 4, limits: { host: { workers: 1 } }, ...watch.hooks };
    return withQueue(lane, options, async (queue, desk) => {
      await queue.start();
      const keys = { host: "a" };
      const first = queue.submit(tasks.gate, [desk.file("gate"), 0], { name: "first", keys });
      await watch.begun(first);
      for (const priority of [5, 1, 3, 1, -2, 5]) {
        queue.submit(tasks.nothing, { name: `${priority}`, priority, keys });
      }
      await settle();
      queue.submit(tasks.nothing, { name: "0", priority: 0, keys });
      desk.open("gate");
      await queue.join();
      assertEquals(names(watch), "first -2 0 1 1 3 5 5");
    });
  });

  test(`${lane.name}: a rate by key holds each key to its own`, () =>
    watched(lane, { limits: { host: { rate: 10, burst: 2 } } }, async (queue, clock, watch) => {
      const options = { keys: (n: number) => ({ host: n % 2 }) };
      queue.map(tasks.echo, [1, 2, 3, 4, 5, 6, 7], options);
      await watch.until(() => watch.completed.length === 4);
      await settle();
      assertEquals(queue.stats.limited, 3);
      await clock.advance(100);
      await watch.until(() => watch.completed.length === 6);
      await clock.advance(100);
      await watch.until(() => watch.completed.length === 7);
      assertEquals(watch.startTimes, [0, 0, 0, 0, 100, 100, 200]);
    }));

  test(`${lane.name}: several limits hold at once, also by windows`, () => {
    const limits = {
      host: { workers: 1 },
      user: { rate: { limit: 1, interval: 50 } },
      none: {},
    };
    return watched(lane, { limits }, async (queue, clock, watch) => {
      const submit = (name: string, host: string, user: string) =>
        queue.submit(tasks.nothing, { name, keys: { host, user, none: 1 } });
      submit("1", "a", "x");
      submit("2", "a", "x");
      submit("3", "b", "x");
      submit("4", "b", "y");
      submit("5", "a", "z");
      await watch.until(() => watch.completed.length === 3);
      assertEquals(watch.startedNames.toSorted(), ["1", "4", "5"]);
      await clock.advance(50);
      await watch.until(() => watch.completed.length === 4);
      await clock.advance(50);
      await watch.until(() => watch.completed.length === 5);
      assertEquals(watch.startedNames.slice(3), ["2", "3"]);
      assertEquals(watch.startTimes, [0, 0, 0, 50, 100]);
    });
  });

  test(`${lane.name}: a retry leaves its key to others while it waits`, () =>
    watched(lane, { limits: { host: { workers: 1 } } }, async (queue, clock, watch) => {
      const keys = { host: "a" };
      const retried = queue.submit(tasks.failUntil, [2], { keys, retries: 1, retryDelay: 100 });
      const other = queue.submit(tasks.echo, ["other"], { keys });
      assertEquals(await other.value(), "other");
      assertEquals(retried.status, "retrying");
      await clock.advance(100);
      assertEquals(await retried.value(), 2);
      assertEquals(watch.started.length, 3);
    }));

  test(`${lane.name}: cancelled tasks of a key leave room, running and held back ones`, () => {
    const watch = new Watch();
    const options = { workers: 2, limits: { host: { workers: 1 } }, ...watch.hooks };
    return withQueue(lane, options, async (queue, desk) => {
      await queue.start();
      const keys = { host: "a" };
      const handles = queue.map(tasks.gate, Array(5).fill([desk.file("gate"), 1]), { keys });
      await watch.begun(handles[0]);
      handles[1].cancel();
      handles[0].cancel();
      await watch.begun(handles[2]);
      assertEquals(handles.map(({ status }) => status), [
        ...["cancelled", "cancelled", "running", "pending", "pending"],
      ]);
      handles[2].cancel();
      handles[3].cancel();
      await watch.begun(handles[4]);
      desk.open("gate");
      await queue.join();
    });
  });

  test(`${lane.name}: with fair the keys take turns within a priority`, () => {
    const watch = new Watch();
    const options = { workers: 1, limits: { user: { fair: true } }, ...watch.hooks };
    return withQueue(lane, options, async (queue) => {
      const submit = (name: string, user?: string, priority?: number) =>
        queue.submit(tasks.nothing, { name, keys: { user }, priority });
      for (const name of ["a1", "a2", "a3", "a4"]) submit(name, "a");
      for (const name of ["b1", "b2"]) submit(name, "b");
      submit("n1");
      submit("a0", "a", 1);
      submit("c1", "c");
      submit("n2");
      submit("c9", "c", 9);
      await queue.run();
      assertEquals(names(watch), "a0 a1 b1 n1 c1 a2 b2 n2 a3 a4 c9");
    });
  });

  test(`${lane.name}: fair turns go on as tasks come, and in what was sent ahead`, () => {
    const watch = new Watch();
    const options = { workers: 1, limits: { user: { fair: true } }, ...watch.hooks };
    return withQueue(lane, options, async (queue, desk) => {
      await queue.start();
      const gate = queue.submit(tasks.gate, [desk.file("gate"), 0], { name: "gate" });
      await watch.begun(gate);
      queue.map(tasks.echo, [1, 2, 3, 4, 5, 6], { name: "a", keys: { user: "a" } });
      await settle();
      queue.map(tasks.echo, [1, 2], { name: "b", keys: { user: "b" } });
      desk.open("gate");
      await queue.join();
      assertEquals(names(watch), "gate a b a b a a a a");
    });
  });

  test(`${lane.name}: refuses unknown limits and wrong keys at the call, and submits nothing`, () =>
    withQueue(lane, { limits: { host: {} } }, (queue) => {
      const refused = (keys: unknown, ErrorClass: ErrorConstructor, text: string) => {
        const options = { keys } as { keys: () => { host: string } };
        const calls = [
          () => queue.map(tasks.echo, [1, 2], options),
          () => queue.group(tasks.echo, [1, 2], options),
          () => queue.group([[tasks.echo, 1]], options),
        ];
        for (const call of calls) assertRefused(queue, call, ErrorClass, text);
        if (typeof keys === "function") return;
        const own = options as unknown as { keys: Record<string, string> };
        assertRefused(queue, () => queue.submit(tasks.nothing, own), ErrorClass, text);
        assertRefused(queue, () => queue.task(tasks.nothing, own), ErrorClass, text);
      };
      const meant = "Unknown limit in keys: 'hots'. Did you mean 'host'?";
      refused({ hots: "a" }, TypeError, meant);
      refused(() => ({ hots: "a" }), TypeError, meant);
      refused({ host: {} }, TypeError, "keys.host must be a string or a number");
      refused(() => ({ host: null }), TypeError, "keys.host must be a string or a number");
      refused(() => "a", TypeError, "keys must be an object: got 'a'");
      let item = 0;
      const late = () => {
        if (++item === 2) throw new RangeError("the second item has no key");
        return { host: "a" };
      };
      const call = () => queue.map(tasks.echo, [1, 2], { keys: late });
      assertRefused(queue, call, RangeError, "second item");
      const each = (keys: unknown) =>
        queue.submit(tasks.nothing, { keys: keys as { host: string } });
      assertRefused(queue, () => each(() => ({ host: "a" })), TypeError, "keys must be an object");
      return Promise.resolve();
    }));

  test(`${lane.name}: a stream's items have keys, too`, () => {
    const watch = new Watch();
    const options = { workers: 4, limits: { host: { workers: 1 } }, ...watch.hooks };
    return withQueue(lane, options, async (queue) => {
      const keys = (n: number) => ({ host: n % 3 });
      const items = Array.from({ length: 12 }, (_, n) => n);
      assertEquals(await Array.fromAsync(queue.stream(tasks.echo, items, { keys })), items);
      const wrong = queue.stream(tasks.echo, [1], { keys: () => ({ hots: 1 }) });
      const error = await wrong.next().catch((error) => error);
      assert(error instanceof TypeError && error.message.startsWith("Unknown limit"));
    });
  });

  test(`${lane.name}: many tasks of a blocked key cost those of others little`, () => {
    const watch = new Watch();
    const options = { workers: 2, limits: { host: { workers: 1 } } };
    return withQueue(lane, { ...options, ...watch.hooks }, async (queue, desk) => {
      await queue.start();
      const gate = queue.submit(tasks.gate, [desk.file("gate"), 0], { keys: { host: "a" } });
      await watch.begun(gate);
      const held = queue.map(tasks.nothing, Array(lane.many).fill([]), { keys: { host: "a" } });
      for (let n = 0; n < 100; n++) {
        await queue.submit(tasks.nothing, { keys: { host: `b${n}` } });
      }
      assertEquals(queue.stats.limited, lane.many);
      queue.cancelPending();
      desk.open("gate");
      await gate;
      assertEquals(held.every(({ cancelled }) => cancelled), true);
    });
  });

  if (differences.lendsSlot) {
    test(`${lane.name}: a task that waits for another lends its key, and takes it again`, () => {
      const watch = new Watch();
      const options = { workers: 8, limits: { host: { workers: 1 } }, ...watch.hooks };
      return withQueue(lane, options, async (queue, desk) => {
        await queue.start();
        const keys = { host: "a" };
        const { currentTask } = await import("../../mod.ts");
        const log: string[] = [];
        const outer = queue.submit(async () => {
          const task = currentTask();
          const inner = queue.submit(tasks.gate, [desk.file("inner"), 0], { keys });
          await task.wait(inner);
          log.push(`outer goes on beside ${queue.activeCount - 1}`);
        }, { keys, name: "outer" });
        await eventually(() => queue.activeCount === 2, "the inner one runs");
        let next: TaskHandle | undefined = queue.submit(tasks.gate, [desk.file("next"), 0], {
          keys,
        });
        desk.open("inner");
        await Promise.race([outer, watch.begun(next)]);
        desk.open("next");
        await queue.join();
        next = undefined;
        assertEquals(log, ["outer goes on beside 0"]);
      });
    });
  }
}
