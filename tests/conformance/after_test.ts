import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import {
  type Awaitable,
  currentTask,
  ExecutionError,
  QueueStateError,
  TaskCancelledError,
  type TaskHandle,
  type TaskResult,
} from "../../mod.ts";
import { VirtualClock } from "../../src/testing/virtual_clock.ts";
import { test } from "../harness.ts";
import { lanes } from "./lanes.ts";
import {
  assertError,
  assertRefused,
  counts,
  eventually,
  pick,
  settle,
  Watch,
  withQueue,
} from "./support.ts";

/** Why a task was cancelled. */
function reasonOf(handle: TaskHandle): TaskCancelledError {
  const result = handle.result();
  assert(result.status === "cancelled", result.status);
  assertError(result.reason, TaskCancelledError);
  return result.reason;
}

for (const lane of lanes) {
  const { tasks, differences } = lane;

  test(`${lane.name}: a task starts once all that it comes after have succeeded`, () => {
    const watch = new Watch();
    return withQueue(lane, { workers: 4, ...watch.hooks }, async (queue, desk) => {
      await queue.start();
      const a = queue.submit(tasks.gate, [desk.file("a"), 1], { name: "a" });
      const b = queue.submit(tasks.gate, [desk.file("b"), 2], { name: "b" });
      const c = queue.submit(tasks.echo, ["c"], { name: "c", after: [a, b, a], priority: -1 });
      const d = queue.submit(tasks.echo, ["d"], { name: "d", after: new Set([c]) });
      await Promise.all([watch.begun(a), watch.begun(b)]);
      assertEquals([c.status, d.status, queue.pendingCount], ["blocked", "blocked", 2]);
      assertEquals(pick(queue, "blocked", "pending"), { blocked: 2, pending: 0 });
      desk.open("a");
      await a;
      await settle();
      assertEquals(c.status, "blocked");
      desk.open("b");
      assertEquals([await d.value(), c.status], ["d", "succeeded"]);
      assertEquals(watch.startedNames.slice(2), ["c", "d"]);
      const e = queue.submit(tasks.echo, ["e"], { after: [a, d] });
      assertEquals([e.status, await e.value()], ["pending", "e"]);
      assertEquals(queue.stats.blocked, 0);
    });
  });

  test(`${lane.name}: what comes after a failure is cancelled, and its reason says why`, () =>
    withQueue(lane, { failPolicy: "continue" }, async (queue) => {
      const first = queue.submit(tasks.fail, ["broken"], { name: "first" });
      const second = queue.submit(tasks.nothing, { after: [first], mustComplete: true });
      const third = queue.submit(tasks.nothing, { after: [second] });
      const other = queue.submit(tasks.echo, [1]);
      const last = queue.submit(tasks.nothing, { after: [other, third] });
      assertEquals(counts(await queue.run()), [5, 1, 1, 3]);
      for (const handle of [second, third, last]) {
        assertStrictEquals(reasonOf(handle).cause, first.error());
        assertEquals(reasonOf(handle).message.includes("task 'first' failed"), true);
        assertEquals(handle.attempts, 0);
      }
      const late = queue.submit(tasks.nothing, { after: [first] });
      assertStrictEquals(reasonOf(late).cause, first.error());
    }));

  test(`${lane.name}: what comes after a cancelled task is cancelled, and that is no failure`, () =>
    withQueue(lane, { failPolicy: "fail-first", workers: 1 }, async (queue, desk) => {
      await queue.start();
      const reason = new Error("not needed");
      const running = queue.submit(tasks.gate, [desk.file("gate"), 1]);
      const after = queue.submit(tasks.nothing, { after: [running] });
      const other = queue.submit(tasks.echo, [1]);
      await eventually(() => running.progress === 1, "it runs");
      running.cancel(reason);
      assertStrictEquals(reasonOf(after).cause, reason);
      assertEquals(await other.value(), 1);
    }));

  test(`${lane.name}: a blocked task can be cancelled alone, and is by reset and shutdown`, () =>
    withQueue(lane, {}, async (queue) => {
      const first = queue.submit(tasks.echo, [1]);
      const after = queue.submit(tasks.echo, [2], { after: [first] });
      const last = queue.submit(tasks.echo, [3], { after: [after, first] });
      assertEquals(after.cancel("no"), true);
      assertEquals(after.result().status, "cancelled");
      assertStrictEquals(reasonOf(last).cause, "no");
      assertEquals(await first.value(), 1);
      const never = queue.submit(tasks.nothing, { delay: Infinity });
      const blocked = queue.submit(tasks.nothing, { after: [never] });
      queue.reset();
      assertEquals([never.status, blocked.status], ["cancelled", "cancelled"]);
      assert(reasonOf(blocked).message.includes("reset"));
    }));

  test(`${lane.name}: a delay counts from the submission, for a blocked task too`, () => {
    const clock = new VirtualClock();
    return withQueue(lane, { clock }, async (queue) => {
      await queue.start();
      const first = queue.submit(tasks.echo, [1], { delay: 50 });
      const early = queue.submit(tasks.echo, [2], { after: [first], delay: 20 });
      const late = queue.submit(tasks.echo, [3], { after: [first], delay: 70 });
      assertEquals([early.status, late.status], ["blocked", "blocked"]);
      await clock.advance(50);
      assertEquals(await early.value(), 2);
      assertEquals([late.status, late.scheduledFor], ["scheduled", 70]);
      await clock.advance(20);
      assertEquals(await late.value(), 3);
    });
  });

  for (const by of [3_600_000, -3_600_000]) {
    test(`${lane.name}: a blocked task goes by the time of day, which was set by ${by} ms`, () => {
      const clock = new VirtualClock(0, 1e9);
      return withQueue(lane, { clock }, async (queue) => {
        await queue.start();
        const first = queue.submit(tasks.echo, [1], { delay: 50 });
        const runAt = clock.wallNow() + (by > 0 ? by : 20);
        const after = queue.submit(tasks.echo, [2], { after: [first], runAt });
        clock.setSystemTime(clock.wallNow() + by);
        await clock.advance(50);
        await first;
        await clock.advance(0);
        if (by < 0) {
          assertEquals(after.status, "scheduled");
          await clock.advance(20 - by - 50);
        }
        assertEquals((await after).startedAt, by < 0 ? 20 - by : 50);
      });
    });
  }

  test(`${lane.name}: submitAfter hands values on, as they are or made into arguments`, () =>
    withQueue(lane, {}, async (queue) => {
      const one = queue.submit(tasks.echo, [1]);
      const two = queue.submit(tasks.echo, [2]);
      const sum = queue.submitAfter([one, two], tasks.add);
      const named = queue.submitAfter([sum], tasks.list, { name: "named", priority: 1 });
      const made = queue.submitAfter([sum, one], tasks.list, (a, b) => [a * 10, "x", b]);
      const none = queue.submitAfter([], tasks.list, undefined, { name: "none" });
      assertEquals([sum.status, one.status], ["blocked", "pending"]);
      assertEquals(await sum.value(), 3);
      assertEquals(await named.value(), [3]);
      assertEquals(await made.value(), [30, "x", 1]);
      assertEquals([named.name, await none.value(), none.name], ["named", [], "none"]);
      const error = new RangeError("no arguments");
      const thrown = queue.submitAfter([one], tasks.list, () => {
        throw error;
      });
      assertStrictEquals((await thrown.wait()).status, "failed");
      assertStrictEquals(thrown.error(), error);
      const wrong = queue.submitAfter([one], tasks.list, (() => 7) as unknown as () => []);
      await wrong;
      assertError(wrong.error(), TypeError, "must be an array: got 7");
      const more = queue.submitAfter([one], tasks.list, { after: [two] });
      assertEquals(await more.value(), [1]);
    }));

  test(`${lane.name}: submitAfter refuses what is no handle, and submits nothing`, () =>
    withQueue(lane, {}, (queue) => {
      const call = (handles: unknown, ...rest: unknown[]) => () =>
        queue.submitAfter(handles as [], tasks.list, ...rest as []);
      assertRefused(queue, call([1]), TypeError, "handles[0] must be a handle: got 1");
      assertRefused(queue, call(7), TypeError, "handles must be an iterable of handles: got 7");
      assertRefused(queue, call([], undefined, { retry: 1 }), TypeError, "'retries'");
      assertRefused(queue, call([], [1], {}), TypeError, "args must be a function");
      assertRefused(queue, () => queue.submitAfter([], 7 as never), TypeError);
      return Promise.resolve();
    }));

  test(`${lane.name}: works across queues, and starts the queues it waits for`, () =>
    withQueue(lane, {}, (first) =>
      withQueue(lane, {}, async (second) => {
        const a = first.submit(tasks.echo, ["a"]);
        const b = second.submitAfter([a], tasks.list);
        const c = first.submitAfter([b], tasks.list);
        const d = second.submit(tasks.nothing, { after: [c] });
        await settle();
        assertEquals([a.status, b.status, c.status], ["pending", "blocked", "blocked"]);
        assertEquals(await c.value(), [["a"]]);
        assertEquals((await d).status, "succeeded");
        const fail = first.submit(tasks.fail);
        const last = second.submit(tasks.nothing, { after: [fail] });
        await last;
        assertStrictEquals(reasonOf(last).cause, fail.error());
      })));

  test(`${lane.name}: waits for whatever has a wait(), once the queue has been started`, () =>
    withQueue(lane, {}, async (queue) => {
      let asked = 0;
      const source = (result: unknown): Awaitable<number> => ({
        wait: () => {
          asked++;
          return Promise.resolve(result as TaskResult<number>);
        },
      });
      const good = queue.submitAfter([source({ status: "succeeded", value: 7 })], tasks.list);
      const bad = queue.submit(tasks.nothing, { after: [source({ status: "failed", error: 5 })] });
      const lost = new Error("lost");
      const gone = queue.submit(tasks.nothing, { after: [{ wait: () => Promise.reject(lost) }] });
      const broken = queue.submit(tasks.nothing, {
        after: [{
          wait: () => {
            throw lost;
          },
        }],
      });
      const group = queue.group(tasks.echo, [1, 2]);
      const whole = group as unknown as Awaitable<{ succeeded: number }>;
      const all = queue.submitAfter([whole], tasks.list, ({ succeeded }) => [succeeded]);
      const each = queue.submit(tasks.nothing, { after: group });
      await settle();
      assertEquals(asked, 0);
      await queue.start();
      assertEquals(await good.value(), [7]);
      assertEquals([await all.value(), (await each).status], [[2], "succeeded"]);
      await Promise.all([bad, gone, broken]);
      assertEquals([bad, gone, broken].map((handle) => reasonOf(handle).cause), [5, lost, lost]);
      assertEquals(asked, 2);
    }));

  test(`${lane.name}: what comes after a group that failed is cancelled with what failed there`, () =>
    withQueue(lane, {}, async (queue) => {
      const whole = (group: unknown) => group as Awaitable;
      const failed = queue.group([[tasks.fail], [tasks.nothing]]);
      const gone = queue.group(tasks.echo, [1]);
      gone.cancel();
      const [first, second] = [failed, gone].map((group) =>
        queue.submit(tasks.nothing, { after: [whole(group)] })
      );
      await Promise.all([first, second]);
      for (const [handle, group] of [[first!, failed], [second!, gone]] as const) {
        const { cause, message } = reasonOf(handle);
        assert(cause instanceof ExecutionError, `${cause}`);
        assertEquals(cause.results, [group.handles[0]!.result()]);
        assert(message.includes("did not succeed"), message);
      }
    }));

  test(`${lane.name}: batches and streams come after others`, () =>
    withQueue(lane, { workers: 2 }, async (queue, desk) => {
      const gate = queue.submit(tasks.gate, [desk.file("gate"), 0]);
      const ended = [gate][Symbol.iterator]();
      const mapped = queue.map(tasks.echo, [1, 2, 3], { after: ended });
      const stream = Array.fromAsync(queue.stream(tasks.echo, [4, 5], { after: [gate] }));
      await eventually(() => queue.stats.blocked === 5, "all are blocked");
      desk.open("gate");
      assertEquals(await stream, [4, 5]);
      assertEquals(await Promise.all(mapped.map((handle) => handle.value())), [1, 2, 3]);
    }));

  test(`${lane.name}: a long chain of failures ends without a deep stack`, () =>
    withQueue(lane, { workers: 2 }, (queue) =>
      withQueue(lane, {}, async (other) => {
        let last: TaskHandle = queue.submit(tasks.fail);
        const root = last;
        const length = Math.min(20_000, lane.many * 10);
        for (let n = 0; n < length; n++) {
          last = (n % 2 ? queue : other).submit(tasks.nothing, { after: [last] });
        }
        await last;
        assertStrictEquals(reasonOf(last).cause, root.error());
        await other.join();
        assertEquals(queue.stats.cancelled + other.stats.cancelled, length);
      })));

  if (!differences.lendsSlot) continue;

  test(`${lane.name}: a graph of 100,000 tasks costs what its edges do`, () =>
    withQueue(lane, { retain: "none" }, async (queue) => {
      let layer: TaskHandle[] = queue.map(tasks.nothing, Array(1000).fill([]));
      for (let n = 1; n < 100; n++) {
        layer = layer.map((_, i) =>
          queue.submit(tasks.nothing, { after: [layer[i], layer[(i + 1) % layer.length]] })
        );
      }
      const end = queue.submit(tasks.nothing, { after: layer });
      assertEquals((await queue.run()).succeeded, 100_001);
      assertEquals(end.status, "succeeded");
    }));

  test(`${lane.name}: tasks that wait for each other are told so instead of hanging`, () =>
    withQueue(lane, { workers: 1 }, async (queue) => {
      const handles: TaskHandle<unknown>[] = [];
      const wait = (n: number) => async () => {
        const task = currentTask();
        await Promise.resolve();
        return (await task.wait(handles[n])).status;
      };
      handles.push(queue.submit(wait(1)), queue.submit(wait(2)), queue.submit(wait(0)));
      await queue.join();
      assertEquals(handles.map(({ status }) => status), ["succeeded", "succeeded", "failed"]);
      assertError(handles[2].error(), QueueStateError, "which waits for it");
      assertEquals(await handles[1].value(), "failed");
    }));

  test(`${lane.name}: a task can't wait for one that comes after it`, () =>
    withQueue(lane, { workers: 2 }, async (queue) => {
      const waiting: TaskHandle<unknown> = queue.submit(async () => {
        const task = currentTask();
        const next = queue.submit(tasks.echo, [1], { after: [waiting] });
        const last = queue.submit(tasks.echo, [2], { after: [next] });
        const error = await task.wait(last).catch((error) => error);
        assertError(error, QueueStateError, "which waits for it");
        return await task.wait(queue.submit(tasks.echo, [3]));
      });
      await queue.run();
      assertEquals(waiting.status, "succeeded");
      assertEquals(queue.stats.succeeded, 4);
    }));

  test(`${lane.name}: the time of a wait doesn't count towards the timeout`, () => {
    const clock = new VirtualClock();
    return withQueue(lane, { clock, workers: 1 }, async (queue) => {
      await queue.start();
      const sleep = (ms: number) =>
        new Promise((resolve) => clock.setTimer(() => resolve(undefined), ms));
      const outer = (rest: number) => async () => {
        const task = currentTask();
        await sleep(30);
        await task.wait(queue.submit(() => sleep(500)));
        await task.wait(queue.submit(() => sleep(500)));
        await sleep(rest);
      };
      const inTime = queue.submit(outer(60), { timeout: 100 });
      while (!inTime.done) await clock.advance(10);
      assertEquals([inTime.status, inTime.result().duration], ["succeeded", 1090]);
      const late = queue.submit(outer(80), { timeout: 100 });
      while (!late.done) await clock.advance(10);
      assertEquals([late.status, late.result().duration], ["failed", 1100]);
      await clock.advance(100);
    });
  });
}
