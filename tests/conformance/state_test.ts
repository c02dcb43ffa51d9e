import { assertEquals } from "@std/assert";
import { test } from "../harness.ts";
import { lanes } from "./lanes.ts";
import { eventually, Watch, withQueue } from "./support.ts";

for (const lane of lanes) {
  const { tasks } = lane;

  test(`${lane.name}: a new queue's properties and statistics`, () =>
    withQueue(lane, { workers: 3 }, (queue) => {
      const { activeCount, pendingCount, closed, paused, results, workers } = queue;
      assertEquals({ activeCount, pendingCount, closed, paused, results, workers }, {
        ...{ activeCount: 0, pendingCount: 0, closed: false, paused: false, results: [] },
        ...{ workers: 3 },
      });
      const { workers: _, ...stats } = queue.stats;
      assertEquals(stats, {
        ...{ pending: 0, scheduled: 0, active: 0, completed: 0, succeeded: 0, failed: 0 },
        ...{ cancelled: 0, retried: 0, abandoned: 0, closed: false, paused: false },
        ...{ blocked: 0, limited: 0 },
      });
      return Promise.resolve();
    }));

  test(`${lane.name}: the statistics tell where each task is and what came of it`, () => {
    const watch = new Watch();
    return withQueue(lane, { workers: 1, ...watch.hooks }, async (queue, desk) => {
      await queue.start();
      await queue.submit(tasks.nothing);
      await queue.submit(tasks.fail);
      await queue.submit(tasks.failUntil, [2], { retries: 1 });
      queue.submit(tasks.nothing).cancel();
      queue.submit(tasks.fail, [], { retries: 1, retryDelay: 1e9 });
      await watch.until(() => watch.retried.length === 2);
      const running = queue.submit(tasks.gate, [desk.file("gate"), 0]);
      await watch.begun(running);
      queue.map(tasks.echo, [1, 2, 3]);
      queue.map(tasks.echo, [1, 2], { delay: 1e9 });
      const { workers: _, ...stats } = queue.stats;
      assertEquals(stats, {
        ...{ pending: 3, scheduled: 3, active: 1, completed: 4, succeeded: 2, failed: 1 },
        ...{ cancelled: 1, retried: 2, abandoned: 0, closed: false, paused: false },
        ...{ blocked: 0, limited: 0 },
      });
      assertEquals([queue.activeCount, queue.pendingCount], [1, 6]);
    });
  });

  test(`${lane.name}: statistics are a copy of the moment`, () =>
    withQueue(lane, {}, async (queue) => {
      const { stats, results } = queue;
      queue.submit(tasks.nothing);
      await queue.run();
      assertEquals([stats.completed, results.length], [0, 0]);
    }));

  test(`${lane.name}: more workers take up more tasks at once`, () => {
    const watch = new Watch();
    return withQueue(lane, { workers: 1, ...watch.hooks }, async (queue, desk) => {
      await queue.start();
      const handles = queue.map(tasks.gate, Array(4).fill([desk.file("gate"), 0]));
      await watch.begun(handles[0]);
      assertEquals(queue.activeCount, 1);
      queue.workers = 3;
      await watch.until(() => queue.activeCount === 3);
      assertEquals([queue.workers, queue.stats.pending], [3, 1]);
      desk.open("gate");
      await queue.join();
    });
  });

  test(`${lane.name}: with fewer workers running tasks go on, and fewer follow them`, () => {
    const watch = new Watch();
    return withQueue(lane, { workers: 3, ...watch.hooks }, async (queue, desk) => {
      await queue.start();
      const names = ["a", "b", "c", "d", "e"];
      const handles = names.map((name) =>
        queue.submit(tasks.gate, [desk.file(name), name], { name })
      );
      await watch.until(() => queue.activeCount === 3);
      queue.workers = 1;
      assertEquals([queue.workers, queue.activeCount], [1, 3]);
      desk.open("a", "b");
      await Promise.all([handles[0], handles[1]]);
      assertEquals(watch.startedNames, ["a", "b", "c"]);
      desk.open("c");
      await watch.begun(handles[3]);
      assertEquals(queue.activeCount, 1);
      desk.open("d");
      await watch.begun(handles[4]);
      assertEquals(queue.activeCount, 1);
      desk.open("e");
      await queue.join();
      assertEquals(queue.stats.succeeded, 5);
    });
  });

  test(`${lane.name}: setting workers before the start counts from the start on`, () => {
    const watch = new Watch();
    return withQueue(lane, { workers: 4, ...watch.hooks }, async (queue, desk) => {
      queue.workers = 2;
      const handles = queue.map(tasks.gate, Array(3).fill([desk.file("gate"), 0]));
      await queue.start();
      await Promise.all([watch.begun(handles[0]), watch.begun(handles[1])]);
      assertEquals([queue.activeCount, queue.stats.pending], [2, 1]);
      desk.open("gate");
      await queue.join();
    });
  });

  test(`${lane.name}: without a number of workers the backlog decides, up to a limit`, () => {
    const watch = new Watch();
    return withQueue(lane, watch.hooks, async (queue, desk) => {
      await queue.start();
      const handles = queue.map(tasks.gate, Array(40).fill([desk.file("gate"), 0]));
      await watch.begun(handles[0]);
      const limit = Math.min(32, navigator.hardwareConcurrency * lane.differences.workersPerCore);
      await watch.until(() => queue.activeCount === limit);
      assertEquals([queue.workers, queue.stats.pending], [limit, 40 - limit]);
      desk.open("gate");
      await queue.join();
      await eventually(() => queue.activeCount === 0, "all have ended");
    });
  });
}
