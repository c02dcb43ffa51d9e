import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { ExecutionError, type MapOptions, type TaskResult } from "../../mod.ts";
import { VirtualClock } from "../../src/testing/virtual_clock.ts";
import { test } from "../harness.ts";
import { lanes } from "./lanes.ts";
import { assertError, CountingController, Desk, eventually } from "./support.ts";

for (const lane of lanes) {
  const { tasks, map } = lane;
  const title = `${lane.name}: ${map.name}`;

  /** The error that a call rejects with; it must not throw. */
  const rejection = (call: () => Promise<unknown>): Promise<unknown> =>
    call().then(() => "no error", (error) => error);

  test(`${title} resolves to the values in input order`, async () => {
    assertEquals(await map(tasks.echo, ["a", "b", "c"]), ["a", "b", "c"]);
    const slowFirst = await map(tasks.sleepThen, [[30, "a"], [15, "b"], [0, "c"]], { workers: 3 });
    assertEquals(slowFirst, ["a", "b", "c"]);
  });

  test(`${title} takes an array for a list of arguments and anything else for one`, async () => {
    assertEquals(await map(tasks.list, [[1, 2], 3, [], [[4]]]), [[1, 2], [3], [], [[4]]]);
  });

  test(`${title} takes any iterable, synchronous or not`, async () => {
    async function* later() {
      await Promise.resolve();
      yield* [1, 2];
    }
    assertEquals(await map(tasks.echo, new Set([2, 1])), [2, 1]);
    assertEquals(await map(tasks.echo, later()), [1, 2]);
    assertEquals(await map(tasks.echo, "ab"), ["a", "b"]);
    assertEquals(await map(tasks.echo, []), []);
  });

  test(`${title} rejects with ExecutionError once all have ended, if any failed`, async () => {
    const completed: TaskResult[] = [];
    const error = await rejection(() =>
      map(tasks.positive, [1, -2, 3, -4, 5], {
        workers: 1,
        onComplete: (result) => void completed.push(result),
      })
    );
    assert(error instanceof ExecutionError);
    assertEquals(completed.length, 5);
    assertEquals(error.results, [completed[1], completed[3]]);
    assertEquals(error.errors.map(({ message }) => message), ["negative: -2", "negative: -4"]);
    assert(error.message.includes("2 of 5"), error.message);
  });

  test(`${title} with fail-first rejects soon after the first failure`, async () => {
    using desk = new Desk();
    const started: string[] = [];
    const error = await rejection(() =>
      map(tasks.gateOrFail, [[], [desk.file("never")], [desk.file("never")]], {
        ...{ workers: 1, failPolicy: "fail-first", onStart: ({ id }) => void started.push(id) },
      })
    );
    assert(error instanceof ExecutionError);
    assertEquals([error.results.length, started.length], [3, 1]);
    assertEquals(error.results.map((result) => (result as TaskResult).status), [
      ...["failed", "cancelled", "cancelled"],
    ]);
  });

  test(`${title} takes the options of the queue and of its tasks together`, async () => {
    let active = 0;
    let most = 0;
    const names = new Set<string>();
    const retried: string[] = [];
    const values = await map(tasks.failUntil, [2, 2, 2, 2], {
      workers: 2,
      retries: 1,
      name: "flaky",
      onStart: () => void (most = Math.max(most, ++active)),
      onRetry: (handle) => {
        active--;
        retried.push(handle.name);
      },
      onComplete: (result) => {
        active--;
        names.add(result.name);
      },
    });
    assertEquals(values, [2, 2, 2, 2]);
    assertEquals([most <= 2, active, [...names], retried.length], [true, 0, ["flaky"], 4]);
  });

  test(`${title} limits each attempt by its timeout, not the whole`, async () => {
    const clock = new VirtualClock();
    using desk = new Desk();
    const results: TaskResult[] = [];
    const files = ["a", "b"].map((name) => [desk.file(name), name] as const);
    const starts: number[] = [];
    const values = map(tasks.gate, files, {
      ...{ clock, workers: 1, timeout: 100, onStart: () => void starts.push(clock.now()) },
      onComplete: (result) => void results.push(result),
    });
    for (const [i, name] of ["a", "b"].entries()) {
      await eventually(() => starts.length > i, "the task has started");
      await clock.advance(99);
      desk.open(name);
      await eventually(() => results.length > i, "the task has ended");
    }
    assertEquals(await values, ["a", "b"]);
    await clock.drain();
    assertEquals(clock.pendingTimers, 0);
  });

  test(`${title} reports with onProgress how many of how many have ended`, async () => {
    const seen: [number, number][] = [];
    const onProgress = (done: number, total: number) => void seen.push([done, total]);
    await rejection(() => map(tasks.positive, new Set([1, -1, 2]), { onProgress, retries: 1 }));
    assertEquals(seen, [[1, 3], [2, 3], [3, 3]]);
    seen.length = 0;
    await map(tasks.report, ["own progress", "of the task"], { onProgress });
    assertEquals(seen, [[1, 2], [2, 2]]);
  });

  test(`${title} is cancelled by its signal, and leaves no listener on it`, async () => {
    using desk = new Desk();
    const controller = new CountingController();
    const { signal } = controller;
    let started = 0;
    const rejected = rejection(() =>
      map(tasks.gate, [[desk.file("never"), 1], [desk.file("never"), 2]], {
        ...{ signal, workers: 1, onStart: () => void started++ },
      })
    );
    await eventually(() => started === 1, "the first task has started");
    assertEquals(controller.listeners, 1);
    controller.abort("enough");
    const error = await rejected;
    assert(error instanceof ExecutionError);
    assertEquals(error.results.map((result) => (result as { reason?: unknown }).reason), [
      ...["enough", "enough"],
    ]);
    assertEquals(controller.listeners, 0);
    const finished = new CountingController();
    assertEquals(await map(tasks.echo, [1], { signal: finished.signal }), [1]);
    assertEquals(finished.listeners, 0);
  });

  test(`${title} rejects wrong options and runs nothing`, async () => {
    const wrong = async (options: unknown, ErrorClass: ErrorConstructor, text: string) => {
      let pulled = 0;
      const items = (function* () {
        pulled++;
        yield 1;
      })();
      const error = await rejection(() => map(tasks.echo, items, options as MapOptions));
      assertError(error, ErrorClass, text);
      assertEquals(pulled, 0);
    };
    await wrong({ worker: 1 }, TypeError, "Did you mean 'workers'?");
    await wrong({ retry: 1 }, TypeError, "Did you mean 'retries'?");
    await wrong({ window: 1 }, TypeError, "'window'");
    await wrong({ workers: 0 }, RangeError, "workers must be > 0: got 0");
    await wrong({ retries: -1 }, RangeError, "retries must be >= 0: got -1");
    await wrong({ timeout: 0 }, RangeError, "timeout must be > 0: got 0");
    await wrong({ onProgress: 1 }, TypeError, "onProgress must be a function: got 1");
    await wrong(null, TypeError, "options must be an object: got null");
  });

  test(`${title} rejects what is not a function and what can't be iterated over`, async () => {
    const call = map as (fn: unknown, items: unknown) => Promise<unknown>;
    assertError(await rejection(() => call(7, [1])), TypeError, "7");
    assertError(await rejection(() => call(Promise.resolve(), [1])), TypeError, "already started");
    for (const [items, shown] of [[undefined, "undefined"], [7, "7"], [{}, "an object"]]) {
      const error = await rejection(() => call(tasks.echo, items));
      assertError(error, TypeError, "iterate over", `${shown}`);
    }
  });

  test(`${title} rejects with what its items throw, and runs nothing`, async () => {
    const why = new RangeError("no more lines");
    let started = 0;
    const options = { onStart: () => void started++ };
    function* broken() {
      yield 1;
      throw why;
    }
    async function* brokenLater() {
      yield await Promise.resolve(1);
      throw why;
    }
    assertStrictEquals(await rejection(() => map(tasks.echo, broken(), options)), why);
    assertStrictEquals(await rejection(() => map(tasks.echo, brokenLater(), options)), why);
    assertEquals(started, 0);
  });

  test(`${title} does not change its options`, async () => {
    const options = Object.freeze({ workers: 2, retries: 1, name: "frozen", size: 1 });
    assertEquals(await map(tasks.echo, [1, 2, 3], options), [1, 2, 3]);
  });
}
