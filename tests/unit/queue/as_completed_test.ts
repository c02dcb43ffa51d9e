import { assertEquals, assertRejects } from "@std/assert";
import { asCompleted, AsyncQueue, TaskTimeoutError } from "../../../mod.ts";
import { VirtualClock } from "../../../src/testing/virtual_clock.ts";
import { countListeners } from "../../abort_listeners.ts";
import { test } from "../../harness.ts";

async function setUp() {
  const clock = new VirtualClock();
  const queue = new AsyncQueue({ clock, workers: 4 });
  await queue.start();
  const { signal } = new AbortController();
  const listeners = countListeners(signal);
  const handles = [30, 10, 20].map((ms) =>
    queue.submit(() => new Promise<void>((resolve) => clock.setTimer(resolve, ms)), {
      name: `${ms}`,
    })
  );
  return { clock, queue, signal, listeners, handles };
}

test("as completed: an iterator that is not iterated lets go when the tasks have ended", async () => {
  const { clock, signal, listeners, handles } = await setUp();
  const iterator = asCompleted(handles, { timeout: 1000, signal });
  await clock.advance(29);
  assertEquals([clock.pendingTimers, listeners.current], [2, 1]);
  await clock.advance(1);
  assertEquals([clock.pendingTimers, listeners.current], [0, 0]);
  const names: string[] = [];
  for await (const { name } of iterator) names.push(name);
  assertEquals(names, ["10", "20", "30"]);
});

test("as completed: leaving early and the limit leave nothing behind either", async () => {
  const { clock, signal, listeners, handles } = await setUp();
  const left = asCompleted(handles, { timeout: 1000, signal });
  const next = left.next();
  await clock.advance(10);
  const { value: first } = await next;
  assertEquals(first.name, "10");
  await left.return!();
  const limited = assertRejects(
    () => asCompleted(handles.slice(0, 1), { timeout: 5 }).next(),
    TaskTimeoutError,
    "Waiting for 1 tasks to complete took longer than 5 ms",
  );
  assertEquals(listeners.current, 0);
  await clock.advance(5);
  await limited;
  // What is left are the tasks' own.
  assertEquals(clock.pendingTimers, 2);
  await clock.advance(100);
});
