import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { ExecutionError, type RunSummary, type TaskQueue } from "../../mod.ts";
import { VirtualClock } from "../../src/testing/virtual_clock.ts";
import { test } from "../harness.ts";
import { lanes } from "./lanes.ts";
import { Watch, withQueue } from "./support.ts";

for (const lane of lanes) {
  const { tasks } = lane;

  /** Runs two tasks that succeed, one that fails and one that is cancelled. */
  const mixedRun = async (queue: TaskQueue): Promise<RunSummary> => {
    queue.submit(tasks.echo, ["unwanted"], { name: "c" }).cancel("no need");
    queue.submit(tasks.echo, ["value a"], { name: "a", groupId: "g" });
    queue.submit(tasks.fail, ["no disk"], { name: "b", groupId: "g" });
    queue.submit(tasks.echo, ["value d"], { name: "a" });
    return await queue.run();
  };

  test(`${lane.name}: a summary counts its tasks by how they ended`, () =>
    withQueue(lane, { workers: 1 }, async (queue) => {
      const { total, succeeded, failed, cancelled, timedOut, ok } = await mixedRun(queue);
      assertEquals([total, succeeded, failed, cancelled, timedOut, ok], [4, 2, 1, 1, false, false]);
    }));

  test(`${lane.name}: a summary's results are in order of completion`, () =>
    withQueue(lane, { workers: 1 }, async (queue) => {
      const summary = await mixedRun(queue);
      assertEquals(summary.results.map(({ name, status }) => `${name} ${status}`), [
        ...["c cancelled", "a succeeded", "b failed", "a succeeded"],
      ]);
      assertStrictEquals(summary.results, summary.results);
      summary.results.forEach((result, i) => assertStrictEquals(result, queue.results[i]));
    }));

  test(`${lane.name}: a summary picks values, errors, successes and cancellations`, () =>
    withQueue(lane, { workers: 1 }, async (queue) => {
      const summary = await mixedRun(queue);
      const [c, a, b, d] = summary.results;
      assertEquals(summary.values, ["value a", "value d"]);
      assertEquals(summary.errors, [b]);
      assertEquals((summary.errors[0].error as Error).message, "no disk");
      assertEquals(summary.successes(), [a, d]);
      assertEquals(summary.cancellations(), [c]);
      assertEquals(summary.cancellations()[0].reason, "no need");
    }));

  test(`${lane.name}: a summary is ok if every task succeeded within the time`, () => {
    const clock = new VirtualClock();
    return withQueue(lane, { clock, mode: "infinite" }, async (queue) => {
      await queue.submit(tasks.nothing);
      const run = queue.run({ timeout: 100 });
      await clock.advance(100);
      const { succeeded, failed, cancelled, timedOut, ok } = await run;
      assertEquals([succeeded, failed, cancelled, timedOut, ok], [1, 0, 0, true, false]);
      const others = lane.create();
      others.submit(tasks.nothing).cancel();
      assertEquals((await others.run()).ok, false);
      others.submit(tasks.fail);
      assertEquals((await others.run()).ok, false);
      others.submit(tasks.nothing);
      assertEquals((await others.run()).ok, true);
      await others.shutdown();
    });
  });

  test(`${lane.name}: a summary looks results up by id, name and group`, () =>
    withQueue(lane, { workers: 1 }, async (queue) => {
      const summary = await mixedRun(queue);
      const [c, a, b, d] = summary.results;
      assertEquals([...summary.byId()], [[c.id, c], [a.id, a], [b.id, b], [d.id, d]]);
      assertEquals([...summary.byName()], [["c", [c]], ["a", [a, d]], ["b", [b]]]);
      assertEquals([...summary.byGroup()], [[undefined, [c, d]], ["g", [a, b]]]);
    }));

  test(`${lane.name}: throwIfFailed throws for failures, for cancellations only if told to`, () =>
    withQueue(lane, { workers: 1 }, async (queue) => {
      const summary = await mixedRun(queue);
      const [c, , b] = summary.results;
      const failed = assertThrows(() => summary.throwIfFailed(), ExecutionError, "1 of 4");
      assertEquals(failed.results, [b]);
      assertStrictEquals(failed.errors[0], summary.errors[0].error);
      const both = assertThrows(
        () => summary.throwIfFailed({ includeCancelled: true }),
        ExecutionError,
        "2 of 4",
      );
      assertEquals(both.results, [c, b]);
      assertEquals((both.errors[0] as Error).name, "AbortError");

      queue.submit(tasks.nothing);
      queue.submit(tasks.nothing).cancel();
      const fine = await queue.run();
      fine.throwIfFailed();
      fine.throwIfFailed({ includeCancelled: false });
      assertThrows(() => fine.throwIfFailed({ includeCancelled: true }), ExecutionError, "1 of 2");
    }));

  test(`${lane.name}: throwIfFailed refuses options that are none`, () =>
    withQueue(lane, {}, async (queue) => {
      const summary = await queue.run();
      for (
        const [options, says] of [
          [{ includeCanceled: true }, "Did you mean 'includeCancelled'?"],
          [{ includeCancelled: 1 }, "includeCancelled must be a boolean: got 1"],
          [null, "must be an object: got null"],
        ] as const
      ) {
        assertThrows(() => summary.throwIfFailed(options as object), TypeError, says);
      }
    }));

  test(`${lane.name}: throwIfFailed throws even where no result was kept`, () =>
    withQueue(lane, { retain: "none" }, async (queue) => {
      queue.submit(tasks.fail);
      const summary = await queue.run();
      const error = assertThrows(() => summary.throwIfFailed(), ExecutionError, "1 of 1");
      assertEquals([error.results, error.errors], [[], []]);
    }));

  test(`${lane.name}: latency tells how long tasks waited and ran`, () => {
    const clock = new VirtualClock();
    const watch = new Watch();
    return withQueue(lane, { clock, workers: 1, ...watch.hooks }, async (queue, desk) => {
      queue.submit(tasks.nothing, { name: "never started" }).cancel();
      const handles = Array.from(
        { length: 20 },
        (_, i) => queue.submit(tasks.gate, [desk.file(`${i}`), i], { delay: i === 19 ? 50 : 0 }),
      );
      const run = queue.run();
      for (const [i, handle] of handles.entries()) {
        await watch.begun(handle);
        await clock.advance(i + 1);
        desk.open(`${i}`);
        await handle;
      }
      // Task i started after 1 + 2 + … + i, the last at 190 though it was due at 50, and ran i + 1.
      assertEquals((await run).latency(), {
        wait: { p50: 45, p95: 153, p99: 171, max: 171 },
        run: { p50: 10, p95: 19, p99: 20, max: 20 },
      });
    });
  });

  test(`${lane.name}: latency of no tasks is zero`, () =>
    withQueue(lane, {}, async (queue) => {
      const none = { p50: 0, p95: 0, p99: 0, max: 0 };
      assertEquals((await queue.run()).latency(), { wait: none, run: none });
    }));

  test(`${lane.name}: a summary prints its counts, and its failures by cause`, () =>
    withQueue(lane, { workers: 1 }, async (queue) => {
      const text = (await mixedRun(queue)).toString();
      for (const [label, count] of [["Tasks", 4], ["Succeeded", 2], ["Failed", 1]]) {
        assert(new RegExp(`^${label} +${count}$`, "m").test(text), text);
      }
      assert(/^Cancelled +1$/m.test(text), text);
      assert(/\bb\b.*no disk/.test(text), text);
      queue.map(tasks.fail, Array.from({ length: 25 }, (_, i) => `failure ${i}`));
      const many = `${await queue.run()}`;
      assert(many.includes("fail (25 tasks): failure 0\n"), many);
      assert(many.split("\n").length < 40);
    }));

  test(`${lane.name}: display prints what toString says to the console`, () =>
    withQueue(lane, {}, async (queue) => {
      const summary = await mixedRun(queue);
      const printed: unknown[][] = [];
      const { log } = console;
      console.log = (...args) => void printed.push(args);
      try {
        summary.display();
      } finally {
        console.log = log;
      }
      assertEquals(printed, [[summary.toString()]]);
    }));

  test(`${lane.name}: a summary can be written as JSON, errors and all`, () =>
    withQueue(lane, { workers: 1 }, async (queue) => {
      const summary = await mixedRun(queue);
      const json = JSON.parse(JSON.stringify(summary));
      const { total, succeeded, failed, cancelled, timedOut } = json;
      assertEquals([total, succeeded, failed, cancelled, timedOut], [4, 2, 1, 1, false]);
      assertEquals(json.duration, summary.duration);
      const [c, a, b] = json.results;
      assertEquals([c.status, c.reason], ["cancelled", "no need"]);
      assertEquals([a.name, a.status, a.value, a.groupId], ["a", "succeeded", "value a", "g"]);
      assertEquals([b.status, b.error.name, b.error.message, b.message], [
        ...["failed", "Error", "no disk", "no disk"],
      ]);
      assertEquals(typeof b.error.stack, "string");
    }));

  test(`${lane.name}: what JSON can't hold does not keep a summary from being written`, () =>
    withQueue(lane, {}, async (queue) => {
      const circular: Record<string, unknown> = {};
      circular.self = circular;
      const error = new Error("outer", { cause: new TypeError("inner") });
      const looping = new Error("looping");
      looping.cause = looping;
      const hostile = {
        toJSON() {
          throw new Error("no JSON");
        },
      };
      queue.submit(tasks.echo, [12n], { metadata: circular });
      queue.submit(tasks.nothing, { metadata: hostile });
      queue.submit(tasks.nothing).cancel(error);
      queue.submit(tasks.nothing).cancel(looping);
      const json = JSON.parse(JSON.stringify(await queue.run()));
      assertEquals(json.total, 4);
      const [nested, endless] = json.results.filter(({ status }: { status: string }) =>
        status === "cancelled"
      );
      assertEquals(nested.reason.cause.message, "inner");
      assertEquals(endless.reason.message, "looping");
      assert(json.results.some(({ value }: { value: unknown }) => value === "12"));
    }));
}
