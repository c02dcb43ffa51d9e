import { assert, assertEquals, assertFalse, assertStrictEquals } from "@std/assert";
import { currentTask, TaskCancelledError } from "../../mod.ts";
import { VirtualClock } from "../../src/testing/virtual_clock.ts";
import { test } from "../harness.ts";
import { lanes } from "./lanes.ts";
import { assertError, eventually, HOUR, pick, Watch, withQueue } from "./support.ts";

for (const lane of lanes) {
  const { tasks, differences } = lane;

  test(`${lane.name}: whatever is given as a reason is the reason, but for undefined`, () =>
    withQueue(lane, { workers: 1 }, async (queue) => {
      for (const reason of [null, 0, "", false, undefined]) {
        const handles = [0, 1].map(() => queue.submit(tasks.nothing, { delay: 1e9 }));
        assert(handles[0]!.cancel(reason));
        assertEquals(queue.cancelPending(reason), 1);
        for (const result of await Promise.all(handles)) {
          assert(result.status === "cancelled");
          if (reason !== undefined) assertEquals(result.reason, reason);
          else assert(result.reason instanceof TaskCancelledError);
        }
      }
    }));

  test(`${lane.name}: a cancelled task that is queued is removed at once and never runs`, () => {
    const watch = new Watch();
    return withQueue(lane, { workers: 1, ...watch.hooks }, async (queue, desk) => {
      await queue.start();
      const running = queue.submit(tasks.gate, [desk.file("gate"), "done"]);
      const victim = queue.submit(tasks.note, [desk.file("log"), "ran"]);
      const other = queue.submit(tasks.note, [desk.file("log"), "other"]);
      await watch.begun(running);
      assert(victim.cancel("no need"));
      assertEquals([victim.status, victim.done, victim.cancelled], ["cancelled", true, true]);
      assertEquals(pick(queue, "pending", "cancelled"), { pending: 1, cancelled: 1 });
      desk.open("gate");
      await other;
      assertEquals(desk.lines("log"), ["other"]);
      assertEquals(victim.attempts, 0);
    });
  });

  test(`${lane.name}: a cancelled task that is scheduled is removed at once and never runs`, () => {
    const clock = new VirtualClock();
    return withQueue(lane, { clock }, async (queue, desk) => {
      await queue.start();
      const victim = queue.submit(tasks.note, [desk.file("log"), "ran"], { delay: 100 });
      assert(victim.cancel());
      assertEquals(pick(queue, "scheduled", "cancelled"), { scheduled: 0, cancelled: 1 });
      await clock.advance(1000);
      await queue.join();
      assertEquals([desk.lines("log"), victim.attempts], [[], 0]);
    });
  });

  test(`${lane.name}: a cancelled task that waits for a retry is not retried`, () => {
    const clock = new VirtualClock();
    const watch = new Watch();
    return withQueue(lane, { clock, ...watch.hooks }, async (queue) => {
      await queue.start();
      const victim = queue.submit(tasks.failUntil, [9], { retries: 8, retryDelay: HOUR });
      await watch.until(() => watch.retried.length === 1);
      assertEquals(victim.status, "retrying");
      assert(victim.cancel());
      assertEquals(pick(queue, "scheduled", "cancelled"), { scheduled: 0, cancelled: 1 });
      await clock.advance(2 * HOUR);
      await queue.join();
      assertEquals([victim.attempts, watch.started.length], [1, 1]);
    });
  });

  test(`${lane.name}: cancelling a running task aborts its signal and settles its handle at once`, () => {
    const watch = new Watch();
    return withQueue(lane, watch.hooks, async (queue, desk) => {
      await queue.start();
      const victim = queue.submit(tasks.noteAbort, [desk.file("log")], { grace: HOUR });
      await watch.begun(victim);
      assert(victim.cancel("enough"));
      assertEquals([victim.status, queue.activeCount], ["cancelled", 0]);
      const result = victim.result();
      assertEquals(result.status === "cancelled" && result.reason, "enough");
      assertEquals(await victim, result);
      await desk.noted("log", ["enough"]);
    });
  });

  test(`${lane.name}: what a cancelled task's function still does changes nothing`, () => {
    const watch = new Watch();
    return withQueue(lane, { workers: 2, ...watch.hooks }, async (queue, desk) => {
      await queue.start();
      const late = [desk.file("gate"), desk.file("log")] as const;
      const returning = queue.submit(tasks.stubborn, late);
      const throwing = queue.submit(tasks.noteAbort, [desk.file("aborts")], { retries: 3 });
      await Promise.all([watch.begun(returning), watch.begun(throwing)]);
      const results = [returning, throwing].map((handle) => {
        handle.cancel();
        return handle.result();
      });
      desk.open("gate");
      await eventually(() => queue.stats.abandoned === 0, "nothing is abandoned");
      await queue.join();
      assertEquals([returning.result(), throwing.result()], results);
      assertEquals(watch.completed.length, 2);
      assertEquals(pick(queue, "cancelled", "succeeded", "failed", "retried"), {
        ...{ cancelled: 2, succeeded: 0, failed: 0, retried: 0 },
      });
    });
  });

  test(`${lane.name}: a cancelled task gives its slot on, whether or not its work stops`, () => {
    const watch = new Watch();
    return withQueue(lane, { workers: 1, ...watch.hooks }, async (queue, desk) => {
      await queue.start();
      const victim = queue.submit(tasks.stubborn, [desk.file("gate"), desk.file("log")]);
      const next = queue.submit(tasks.echo, ["next"]);
      await watch.begun(victim);
      victim.cancel();
      assertEquals(await next.value(), "next");
    });
  });

  if (differences.stopsStubbornWork) {
    test(`${lane.name}: the work of a cancelled task that never looks at its signal is stopped`, () => {
      const watch = new Watch();
      return withQueue(lane, { workers: 1, ...watch.hooks }, async (queue, desk) => {
        await queue.start();
        const victim = queue.submit(tasks.stubborn, [desk.file("gate"), desk.file("log")]);
        await watch.begun(victim);
        victim.cancel();
        // A slot on the one worker is there only once its last work has stopped.
        await queue.submit(tasks.nothing);
        await eventually(() => queue.stats.abandoned === 0, "nothing is abandoned");
        desk.open("gate");
        await queue.submit(tasks.sleep, [20]);
        assertEquals(desk.lines("log"), ["begin 1"]);
      });
    });
  } else {
    test(`${lane.name}: the work of a cancelled task goes on and counts as abandoned until it settles`, () => {
      const watch = new Watch();
      return withQueue(lane, { workers: 2, ...watch.hooks }, async (queue, desk) => {
        await queue.start();
        const work = ["a", "b"].map((name) =>
          queue.submit(tasks.stubborn, [desk.file(name), desk.file("log")])
        );
        await Promise.all(work.map((handle) => watch.begun(handle)));
        work.forEach((handle) => handle.cancel());
        assertEquals(pick(queue, "abandoned", "active"), { abandoned: 2, active: 0 });
        desk.open("a");
        await eventually(() => queue.stats.abandoned === 1, "one is abandoned");
        desk.open("b");
        await eventually(() => queue.stats.abandoned === 0, "none is abandoned");
        assertEquals(desk.lines("log"), ["begin 1", "begin 1", "end 1", "end 1"]);
      });
    });
  }

  test(`${lane.name}: shutdown waits for tasks, not for abandoned work`, () => {
    const watch = new Watch();
    return withQueue(lane, watch.hooks, async (queue, desk) => {
      await queue.start();
      const victim = queue.submit(tasks.stubborn, [desk.file("gate"), desk.file("log")]);
      await watch.begun(victim);
      victim.cancel();
      await queue.shutdown();
      assert(queue.closed);
    });
  });

  test(`${lane.name}: cancel tells whether the task had not yet ended`, () =>
    withQueue(lane, {}, async (queue) => {
      await queue.start();
      const succeeded = queue.submit(tasks.nothing);
      const failed = queue.submit(tasks.fail);
      await queue.join();
      const cancelled = queue.submit(tasks.nothing);
      assert(cancelled.cancel("first"));
      for (const handle of [succeeded, failed, cancelled]) {
        const { status } = handle;
        assertFalse(handle.cancel("again"));
        assertEquals(handle.status, status);
      }
      const result = cancelled.result();
      assertEquals(result.status === "cancelled" && result.reason, "first");
      assertEquals(pick(queue, "succeeded", "failed", "cancelled", "completed"), {
        ...{ succeeded: 1, failed: 1, cancelled: 1, completed: 3 },
      });
    }));

  test(`${lane.name}: the reason is by default a TaskCancelledError that names the task`, () =>
    withQueue(lane, {}, async (queue) => {
      const handle = queue.submit(tasks.nothing, { name: "unwanted" });
      handle.cancel();
      const result = await handle;
      assert(result.status === "cancelled");
      assertError(result.reason, TaskCancelledError, "'unwanted'", "cancelled");
      assertStrictEquals(await handle.value().catch((error) => error), result.reason);
    }));

  test(`${lane.name}: a task reads the reason of its cancellation from its signal`, () => {
    const watch = new Watch();
    return withQueue(lane, { ...watch.hooks }, async (queue, desk) => {
      await queue.start();
      const handle = queue.submit(tasks.noteAbort, [desk.file("log")], {
        ...{ name: "unwanted", grace: HOUR },
      });
      await watch.begun(handle);
      handle.cancel();
      await desk.noted("log", ["Task 'unwanted' was cancelled"]);
    });
  });

  test(`${lane.name}: a cancelled task never counts twice, however often and whence it is cancelled`, () => {
    const watch = new Watch();
    const controller = new AbortController();
    const { signal } = controller;
    return withQueue(lane, { workers: 1, ...watch.hooks }, async (queue, desk) => {
      await queue.start();
      const group = queue.group(tasks.gate, [[desk.file("a"), 1], [desk.file("b"), 2]], { signal });
      await watch.begun(group.handles[0]);
      group.handles[0].cancel();
      assertEquals(group.cancel(), 1);
      controller.abort();
      await queue.cancel();
      assertEquals(group.cancel(), 0);
      assertEquals(watch.completed.length, 2);
      assertEquals(pick(queue, "cancelled", "completed"), { cancelled: 2, completed: 2 });
    });
  });

  test(`${lane.name}: cancelling every other of many queued tasks runs the rest in order`, () => {
    const watch = new Watch();
    return withQueue(lane, { workers: 1, ...watch.hooks }, async (queue) => {
      const handles = Array.from(
        { length: 300 },
        (_, i) => queue.submit(tasks.nothing, { name: `${i}`, priority: i % 3 }),
      );
      handles.forEach((handle, i) => i % 2 === 0 && handle.cancel());
      const { succeeded, cancelled } = await queue.run();
      assertEquals([succeeded, cancelled], [150, 150]);
      const odd = Array.from({ length: 150 }, (_, i) => 2 * i + 1);
      const expected = [0, 1, 2].flatMap((priority) => odd.filter((i) => i % 3 === priority));
      assertEquals(watch.startedNames.map(Number), expected);
    });
  });
}

for (const lane of lanes.filter((lane) => lane.differences.runsClosures)) {
  test(`${lane.name}: a task may cancel itself and read so from its context`, () =>
    withQueue(lane, { workers: 1 }, async (queue, desk) => {
      await queue.start();
      const { note } = lane.tasks;
      const handle = queue.submit(() => {
        handle.cancel("by myself");
        const { cancelled, signal } = currentTask();
        if (cancelled) note(desk.file("log"), signal.reason);
      });
      assertEquals((await handle).status, "cancelled");
      await desk.noted("log", ["by myself"]);
      await eventually(() => queue.stats.abandoned === 0, "nothing is abandoned");
      await queue.submit(note, [desk.file("log"), "next"]);
      assertEquals(pick(queue, "active", "succeeded"), { active: 0, succeeded: 1 });
    }));
}
