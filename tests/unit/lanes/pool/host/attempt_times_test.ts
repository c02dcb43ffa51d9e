import { assert, assertEquals } from "@std/assert";
import type { TaskHandle, TaskResult } from "../../../../../mod.ts";
import { VirtualClock } from "../../../../../src/testing/virtual_clock.ts";
import { test } from "../../../../harness.ts";
import { FakePool, task } from "./fake_pool.ts";

/** A clock on which time passes with every look at it, as it does on a machine that is busy. */
class BusyClock extends VirtualClock {
  #passed = 0;

  override now(): number {
    return super.now() + (this.#passed += 0.001);
  }
}

/** The results, by when the attempts of a worker started. */
async function inOrder(handles: readonly TaskHandle<string>[], workerId: number) {
  const results: TaskResult<string>[] = await Promise.all(handles);
  return results.filter((result) => result.workerId === workerId)
    .sort((a, b) => a.startedAt! - b.startedAt!);
}

/** Fails when one started before the one before it had ended. */
function assertOneAtATime(results: readonly TaskResult<string>[]): void {
  for (const [i, { name, startedAt }] of results.slice(1).entries()) {
    const { name: before, finishedAt } = results[i]!;
    assert(finishedAt <= startedAt!, `${name} at ${startedAt}, ${before} until ${finishedAt}`);
  }
}

test("attempt times: what is given to a worker starts after what it ended, though that came out meanwhile", async () => {
  const clock = new BusyClock();
  const queue = new FakePool({ workers: 2, clock });
  const link = await queue.startShort(0.1);
  const names = Array.from({ length: 20 }, (_, i): [string] => [`task ${i}`]);
  const handles = queue.map(task, names, { name: "many" });
  await queue.turn();
  const other = queue.links[1]!;
  other.ready();
  await queue.turn();
  const first = link.begin();
  const elsewhere = other.begin();
  await clock.advance(6);
  // Workers are due to be looked at again, and no timer has fired.
  clock.elapse(6);
  link.note(first);
  while (link.inbox.length > 0) link.note(link.begin());
  // What is given out now goes to the worker that is found to have nothing left.
  other.tell(elsewhere);
  for (let left = true; left;) {
    left = false;
    for (const each of [link, other]) {
      while (each.inbox.length > 0) {
        left = true;
        each.tell(each.begin());
      }
    }
    await queue.turn();
  }
  const results = await inOrder(handles, link.id);
  assert(results.length > 2);
  assertOneAtATime(results);
  await queue.end();
});

test("attempt times: one that was found to have begun starts after the one before it, whose end is on the way", async () => {
  const clock = new BusyClock();
  const queue = new FakePool({ workers: 1, clock });
  const link = await queue.startShort();
  const handles = queue.map(task, [["a"], ["b"]], { name: "two" });
  await queue.turn();
  const a = link.begin();
  link.begin();
  handles[1]!.cancel();
  link.tell(a);
  link.close();
  const results = await inOrder(handles, link.id);
  assertEquals(results.map(({ status }) => status), ["succeeded", "cancelled"]);
  assertOneAtATime(results);
  await queue.end();
});
