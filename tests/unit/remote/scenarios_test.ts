import { assertEquals } from "@std/assert";
import { rmSync } from "node:fs";
import { eventually } from "../../conformance/support.ts";
import { test } from "../../harness.ts";
import { own } from "./portable.ts";
import { owners, places, withOwner } from "./support.ts";

for (const [owner, make] of Object.entries(owners)) {
  for (const [place, play] of Object.entries(places)) {
    const from = `remote: ${owner}, from ${place}:`;

    test(`${from} submits, and knows all of the task's result`, () =>
      withOwner(make, {}, async (queue) => {
        await queue.start();
        await play(queue.share(), "submits");
        assertEquals(queue.stats.succeeded, 3);
      }));

    test(`${from} maps`, () =>
      withOwner(make, {}, async (queue) => {
        await queue.start();
        await play(queue.share(), "maps");
      }));

    test(`${from} submits groups, of one function or several`, () =>
      withOwner(make, {}, async (queue) => {
        await queue.start();
        await play(queue.share(), "groups");
      }));

    test(`${from} errors keep class, cause and fields`, () =>
      withOwner(make, {}, async (queue) => {
        await queue.start();
        await play(queue.share(), "fails");
      }));

    test(`${from} wrong input is refused as by a local queue`, () =>
      withOwner(make, {}, async (queue) => {
        await play(queue.share(), "refuses");
      }));

    test(`${from} what is submitted first is admitted first`, () =>
      withOwner(make, { workers: 1 }, async (queue, desk) => {
        await queue.start();
        await play(queue.share(), "keepsOrder", desk.file("log"));
        const expected = Array.from({ length: 30 }, (_, i) => `${i}`);
        assertEquals(desk.lines("log"), expected.filter((line) => Number(line) % 3 !== 0));
      }));

    test(`${from} a full queue refuses, all of a batch or none`, () =>
      withOwner(make, { size: 2 }, async (queue, desk) => {
        await queue.start();
        await play(queue.share(), "fillsUp", desk.file("gate"));
      }));

    test(`${from} cancels tasks, queued and running`, () =>
      withOwner(make, { workers: 1 }, async (queue, desk) => {
        await queue.start();
        await play(queue.share(), "cancelsTasks", desk.file("gate"));
        assertEquals(queue.stats.cancelled, 5);
      }));

    test(`${from} sees each step of a task`, () =>
      withOwner(make, { workers: 1 }, async (queue, desk) => {
        await queue.start();
        desk.open("file");
        await play(queue.share(), "seesSteps", desk.file("file"));
        rmSync(desk.file("file"));
      }));

    test(`${from} a signal cancels, by one listener`, () =>
      withOwner(make, { workers: 1 }, async (queue, desk) => {
        await queue.start();
        await play(queue.share(), "followsSignals", desk.file("gate"));
        assertEquals(desk.lines("gate.log"), []);
      }));

    test(`${from} tasks are retried and delayed`, () =>
      withOwner(make, {}, async (queue) => {
        await queue.start();
        await play(queue.share(), "retries");
      }));

    test(`${from} tasks know themselves, at the first call too`, () =>
      withOwner(make, {}, async (queue) => {
        await queue.start();
        await play(queue.share(), "knowsItself");
      }));

    test(`${from} arguments and values are copied or transferred`, () =>
      withOwner(make, {}, async (queue) => {
        await queue.start();
        await play(queue.share(), "exchanges");
      }));

    test(`${from} what can't be sent back harms nothing else`, () =>
      withOwner(make, {}, async (queue) => {
        await queue.start();
        await play(queue.share(), "losesNothing");
      }));

    for (const mode of ["finite", "infinite"] as const) {
      test(`${from} cancels the whole queue during an ${mode} run`, () =>
        withOwner(make, { workers: 1, mode }, async (queue, desk) => {
          queue.submit(own.self, { delay: 60_000 });
          const run = queue.run();
          await play(queue.share(), "cancelsQueue", desk.file("gate"), 4);
          const summary = await run;
          assertEquals([summary.cancelled, summary.total], [4, 4]);
          assertEquals(queue.closed, true);
        }));
    }

    test(`${from} closing the connection withdraws nothing`, () =>
      withOwner(make, {}, async (queue, desk) => {
        await queue.start();
        await play(queue.share(), "closesEarly", desk.file("log"));
        await eventually(
          () => queue.activeCount + queue.pendingCount + queue.stats.succeeded === 5,
          "all has come",
        );
        desk.open("log.gate");
        await queue.shutdown();
        assertEquals(desk.lines("log").sort(), ["mapped", "mapped", "submitted"]);
        assertEquals([queue.stats.succeeded, queue.stats.completed], [5, 5]);
      }));
  }
}
