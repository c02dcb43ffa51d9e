import { assert, assertEquals, assertFalse } from "@std/assert";
import { delay } from "@std/async";
import { WORDS } from "../../../../../src/lanes/pool/wire/claims.ts";
import { makeStub } from "../../../../../src/portable/stub.ts";
import { VirtualClock } from "../../../../../src/testing/virtual_clock.ts";
import { eventually } from "../../../../conformance/support.ts";
import { test } from "../../../../harness.ts";
import { type FakeLink, FakePool, task } from "./fake_pool.ts";

/** Submits tasks of these names. */
const submit = (queue: FakePool, ...names: string[]) =>
  names.map((name) => queue.submit(task, [name], { name }));

test("pool executor: short tasks are sent ahead, in order, each under a ticket of its own", async () => {
  const queue = new FakePool({ workers: 1 });
  const link = await queue.startShort();
  const handles = submit(queue, "a", "b", "c");
  await queue.turn();
  assertEquals(link.inbox.map(({ name }) => name), ["a", "b", "c"]);
  const [a, b] = link.inbox;
  queue.pause();
  queue.resume();
  await queue.turn();
  // `b` was taken back; the worker, which has not looked yet, sees it twice and runs it once, in its new turn.
  assertEquals(link.inbox.map(({ name }) => name), ["a", "b", "c", "b", "c"]);
  assert(link.inbox[3]!.ticket !== b!.ticket);
  const attempts = [link.begin(), link.begin(), link.begin()];
  assertEquals(attempts.map(({ ticket }) => ticket).includes(b!.ticket), false);
  assertEquals(attempts[0], a);
  link.tell(...attempts);
  assertEquals(await Promise.all(handles.map((handle) => handle.value())), ["a", "b", "c"]);
  await queue.end();
});

test("pool executor: what is taken back never comes under a number that stands for the one under way", async () => {
  // No task is found to be slow while the clock stands still.
  const queue = new FakePool({ workers: 1, clock: new VirtualClock() });
  const link = await queue.startShort();
  const [first] = submit(queue, "first");
  await queue.turn();
  const begun = link.begin();
  for (let i = 0; i < WORDS + 10; i++) {
    const [other] = submit(queue, "other");
    await queue.turn();
    other!.cancel();
  }
  const tickets = link.inbox.map(({ ticket }) => ticket);
  assertEquals(new Set(tickets).size, WORDS + 10);
  assertFalse(tickets.some((ticket) => (ticket - begun.ticket) % WORDS === 0));
  link.tell(begun);
  assertEquals(await first!.value(), "first");
  await queue.end();
});

test("pool executor: a task that is cancelled when it has ended already costs those behind it nothing", async () => {
  const queue = new FakePool({ workers: 1 });
  const link = await queue.startShort();
  const [first, second, third] = submit(queue, "a", "b", "c");
  await queue.turn();
  const a = link.begin();
  const b = link.begin();
  // `a` has ended, and word of it is on the way.
  first!.cancel();
  assertFalse(link.killed);
  link.tell(a);
  await queue.turn();
  link.tell(b);
  await queue.turn();
  assertEquals([first!.status, second!.status], ["cancelled", "succeeded"]);
  link.tell(link.begin());
  assertEquals(await third!.value(), "c");
  await queue.end();
});

test("pool executor: a task that began unseen is stopped when it is cancelled", async () => {
  const queue = new FakePool({ workers: 1 });
  const link = await queue.startShort();
  const [first, second, third] = submit(queue, "a", "b", "c");
  await queue.turn();
  const a = link.begin();
  link.begin();
  // The pool doesn't know yet that `a` has ended and `b` begun, which never will.
  second!.cancel();
  assert(link.killed);
  link.tell(a);
  assertEquals(await first!.value(), "a");
  link.close();
  await queue.turn();
  const replacement = queue.links[1]!;
  replacement.ready();
  await queue.turn();
  assertEquals(replacement.inbox.map(({ name }) => name), ["c"]);
  replacement.tell(replacement.begin());
  assertEquals((await third!).attempts, 1);
  assertEquals(queue.stats.abandoned, 0);
  await queue.end();
});

test("pool executor: a result that was noted but not sent survives the end of its worker", async () => {
  const queue = new FakePool({ workers: 1 });
  const link = await queue.startShort();
  const [first, second, third] = submit(queue, "a", "b", "c");
  await queue.turn();
  link.note(link.begin());
  link.begin();
  link.close();
  await queue.turn();
  assertEquals([first!.status, second!.status, third!.status], ["succeeded", "failed", "pending"]);
  assertEquals(second!.attempts, 1);
  await queue.end();
  assertEquals([third!.status, third!.attempts], ["cancelled", 0]);
});

test("pool executor: what was noted waits for a message that is on the way with what came before", async () => {
  const ended: string[] = [];
  const queue = new FakePool({ workers: 1, onComplete: ({ name }) => ended.push(name) });
  const link = await queue.startShort();
  ended.length = 0;
  const handles = submit(queue, "a", "b", "c", "d");
  await queue.turn();
  const a = link.begin();
  const b = link.begin();
  link.note(b);
  link.begin();
  // Looks into the journal.
  handles[3]!.cancel();
  handles[2]!.cancel();
  assertEquals(ended, ["d", "c"]);
  link.tell(a);
  link.tell(b);
  assertEquals(ended, ["d", "c", "a", "b"]);
  link.close();
  await queue.turn();
  assertEquals(handles.map(({ status }) => status), [
    ...["succeeded", "succeeded", "cancelled", "cancelled"],
  ]);
  await queue.end();
});

test("pool executor: what was noted behind a message that was lost with its worker is kept", async () => {
  const queue = new FakePool({ workers: 1 });
  const link = await queue.startShort();
  const handles = submit(queue, "a", "b", "c", "d", "e");
  await queue.turn();
  const [, b, c] = [link.begin(), link.begin(), link.begin()];
  link.note(b);
  link.note(c);
  link.begin();
  link.close();
  await queue.turn();
  assertEquals(handles.map(({ status }) => status), [
    ...["failed", "succeeded", "succeeded", "failed", "pending"],
  ]);
  await queue.end();
});

test("pool executor: what was noted is read while a long task keeps it back, during a pause too", async () => {
  const queue = new FakePool({ workers: 1 });
  const link = await queue.startShort();
  const [first, second] = submit(queue, "a", "b");
  await queue.turn();
  link.note(link.begin());
  const b = link.begin();
  queue.pause();
  await eventually(() => first!.done, "the first task has ended");
  assertEquals([await first!.value(), second!.status], ["a", "running"]);
  link.tell(b);
  assertEquals(await second!.value(), "b");
  await queue.end();
});

test("pool executor: a hook that ends another task of the same worker ends it once", async () => {
  const ended: string[] = [];
  let then = () => {};
  const queue = new FakePool({
    workers: 1,
    onComplete({ name }) {
      ended.push(name);
      then();
    },
  });
  const link = await queue.startShort();
  ended.length = 0;
  const [first, second] = submit(queue, "a", "b");
  await queue.turn();
  link.note(link.begin());
  link.begin();
  // The end of `a` is in the journal; cancelling `a` cancels `b`, which makes the pool read it.
  then = () => {
    then = () => {};
    second!.cancel();
  };
  first!.cancel();
  link.close();
  await queue.turn();
  assertEquals(ended, ["a", "b"]);
  assertEquals([first!.status, second!.status, queue.stats.cancelled], [
    "cancelled",
    "cancelled",
    2,
  ]);
  assertEquals(queue.stats.active, 0);
  await queue.end();
});

test("pool executor: a task that a hook cancels as it gets its turn is heard to start before it is heard to end", async () => {
  const heard: string[] = [];
  let then = () => {};
  const queue = new FakePool({
    workers: 1,
    onStart: ({ name }) => heard.push(`${name} started`),
    onComplete({ name, status }) {
      heard.push(`${name} ${status}`);
      then();
    },
  });
  const link = await queue.startShort();
  heard.length = 0;
  const [first, second] = submit(queue, "a", "b", "c");
  await queue.turn();
  // With the end of `a`, which its worker has not begun, it is the turn of `b`.
  then = () => {
    then = () => {};
    second!.cancel();
  };
  first!.cancel();
  assertEquals(heard, ["a started", "a cancelled", "b started", "b cancelled", "c started"]);
  link.begin();
  await queue.end();
});

test("pool executor: a forced shutdown, on word from a dead worker, cancels what that had begun", async () => {
  let then = () => {};
  const queue = new FakePool({ workers: 1, onComplete: () => then() });
  const link = await queue.startShort();
  const [first] = submit(queue, "a");
  const second = queue.submit(task, ["b"], { name: "b", retries: 5 });
  await queue.turn();
  link.note(link.begin());
  link.begin();
  let over: Promise<void> | undefined;
  then = () => over ??= queue.cancel();
  link.close();
  await over;
  assertEquals([first!.status, second.status], ["succeeded", "cancelled"]);
  assertEquals([queue.stats.active, queue.pendingCount, queue.stats.retried], [0, 0, 0]);
});

/** A pool that is shut down while its one worker is being loaded. */
async function cancelWhileLoading(options: ConstructorParameters<typeof FakePool>[0]) {
  const queue = new FakePool({ workers: 1, ...options });
  await queue.start();
  submit(queue, "a");
  await queue.turn();
  const [link] = queue.links as [FakeLink];
  link.loading = true;
  const shutdown = { isOver: false, over: Promise.resolve() };
  shutdown.over = queue.cancel().then(() => {
    shutdown.isOver = true;
  });
  return { queue, link, shutdown };
}

test("pool executor: a shutdown waits for a worker that is still being loaded, until startTimeout", async () => {
  for (const loads of [true, false]) {
    const clock = new VirtualClock();
    const { link, shutdown } = await cancelWhileLoading({ clock, startTimeout: 5000 });
    await clock.advance(4500);
    assertEquals([link.killed, shutdown.isOver], [true, false]);
    // It hears that it is to end, and its task's module keeps it from it.
    if (loads) link.loading = false;
    await clock.advance(1000);
    await shutdown.over;
    link.close();
  }
});

test("pool executor: a worker whose loading ends during a shutdown has as long to end as any other", async () => {
  const clock = new VirtualClock();
  const { queue, link, shutdown } = await cancelWhileLoading({ clock });
  await clock.advance(4900);
  link.loading = false;
  await clock.advance(1000);
  assertFalse(shutdown.isOver);
  await clock.advance(1000);
  await shutdown.over;
  // It may go on.
  assertEquals(queue.stats.abandoned, 1);
  link.close();
  assertEquals(queue.stats.abandoned, 0);
});

test("pool executor: a task that is cancelled as it is told to have begun on a dead worker ends once", async () => {
  const ended: string[] = [];
  const queue = new FakePool({
    workers: 1,
    onStart(handle) {
      if (handle.name === "b") handle.cancel();
    },
    onComplete: ({ name, status }) => ended.push(`${name} ${status}`),
  });
  const link = await queue.startShort();
  ended.length = 0;
  submit(queue, "a", "b", "c");
  await queue.turn();
  link.note(link.begin());
  link.begin();
  link.close();
  await queue.turn();
  assertEquals(ended, ["a succeeded", "b cancelled"]);
  assertEquals([queue.stats.active, queue.stats.pending], [0, 1]);
  await queue.end();
});

test("pool executor: a task that can't be sent, and is cancelled as it is told to have begun, ends once", async () => {
  const ended: string[] = [];
  const queue = new FakePool({
    workers: 1,
    onStart(handle) {
      if (handle.name === "b") handle.cancel();
    },
    onComplete: ({ name, status }) => ended.push(`${name} ${status}`),
  });
  const link = await queue.startShort();
  ended.length = 0;
  submit(queue, "a");
  queue.submit(task, [() => {}] as never, { name: "b" });
  await queue.turn();
  assertEquals(ended, ["b cancelled"]);
  link.tell(link.begin());
  assertEquals([ended, queue.stats.active], [["b cancelled", "a succeeded"], 0]);
  await queue.end();
});

test("pool executor: word of an attempt that was left behind says nothing of the next one", async () => {
  const told: unknown[] = [];
  const retried: string[] = [];
  const queue = new FakePool({
    workers: 1,
    onProgress: (_, data) => told.push(data),
    onRetry({ name }) {
      queue.pause();
      retried.push(name);
    },
  });
  const link = await queue.startShort();
  for (const late of ["tell", "fail", "progress"] as const) {
    const handle = queue.submit(task, [late], { name: late, timeout: 50, retries: 1 });
    await queue.turn();
    const first = link.begin();
    // The pool reads how it ended, which was too late.
    link.took = 51;
    link.note(first);
    await eventually(() => retried.includes(late), "the first attempt has timed out");
    // From here on no timer can fire, as that of the second attempt would on a machine that is busy.
    queue.resume();
    for (let i = 0; i < 100 && link.inbox.length === 0; i++) await Promise.resolve();
    const second = link.begin();
    assertEquals(second.attempt, 2);
    link.took = 0.001;
    link[late](first);
    assertEquals([handle.status, told], ["running", []]);
    link.tell(second);
    assertEquals([handle.status, handle.attempts], ["succeeded", 2]);
  }
  await queue.end();
});

test("pool executor: a task that asked for its signal keeps its worker for its grace", async () => {
  const queue = new FakePool({ workers: 2 });
  const link = await queue.startShort();
  const handle = queue.submit(task, ["a"], { name: "a", grace: 60_000 });
  const [behind] = submit(queue, "b");
  await queue.turn();
  const a = link.begin();
  link.touch(a);
  handle.cancel();
  assertFalse(link.killed);
  await queue.turn();
  // What was behind it goes elsewhere, and nothing more comes.
  assertEquals(queue.links.length, 2);
  const other = queue.links[1]!;
  other.ready();
  await queue.turn();
  assertEquals(other.inbox.map(({ name }) => name), ["b"]);
  other.tell(other.begin());
  assertEquals(await behind!.value(), "b");
  link.tell(a);
  await queue.turn();
  assertEquals([handle.status, link.killed, queue.stats.workers], ["cancelled", false, 2]);
  await queue.end();
});

test("pool executor: what was sent ahead goes to a worker that is idle, if it is worth it", async () => {
  for (const [took, moved] of [[0.001, ""], [0.2, "b"]] as const) {
    const queue = new FakePool({ workers: 2 });
    const link = await queue.startShort(took);
    const handles = submit(queue, "a", "b", "c");
    await queue.turn();
    assertEquals(link.inbox.length, 3);
    const a = link.begin();
    const other = queue.links[1]!;
    other.ready();
    await queue.turn();
    assertEquals(other.inbox.map(({ name }) => name).join(" "), moved);
    link.tell(a);
    while (other.inbox.length > 0) other.tell(other.begin());
    while (handles.some(({ done }) => !done)) link.tell(link.begin());
    await queue.end();
  }
});

test("pool executor: what has begun unseen stays where it is while another worker is idle", async () => {
  const queue = new FakePool({ workers: 2 });
  const link = await queue.startShort(0.2);
  const handles = submit(queue, "a", "b", "c");
  await queue.turn();
  const attempts = [link.begin(), link.begin(), link.begin()];
  let asked = 0;
  const withdraw = link.claims.withdraw.bind(link.claims);
  link.claims.withdraw = (ticket) => {
    if (++asked > 20) throw new Error("The pool asks again and again");
    return withdraw(ticket);
  };
  queue.links[1]!.ready();
  for (let i = 0; i < 10; i++) await queue.turn();
  link.tell(...attempts);
  assertEquals(await Promise.all(handles.map((handle) => handle.value())), ["a", "b", "c"]);
  await queue.end();
});

test("pool executor: when there are to be fewer workers, nothing begins before enough tasks have ended", async () => {
  const queue = new FakePool({ workers: 3 });
  await queue.start();
  const handles = submit(queue, "a", "b", "c", "d");
  for (let i = 0; i < 3; i++) {
    await queue.turn();
    queue.links[i]!.ready();
  }
  await queue.turn();
  const attempts = queue.links.map((link) => ({ link, attempt: link.begin() }));
  queue.workers = 1;
  for (const { link, attempt } of attempts.slice(1).reverse()) {
    link.tell(attempt);
    await queue.turn();
    assertEquals([queue.activeCount > 0, handles[3]!.status], [true, "pending"]);
    if (link.killed) link.close();
    await queue.turn();
  }
  const [{ link, attempt }] = attempts as [typeof attempts[0]];
  link.tell(attempt);
  await queue.turn();
  assertEquals([queue.activeCount, handles[3]!.status], [1, "running"]);
  await queue.end();
});

test("pool executor: when there are to be fewer workers, one that was told to end counts until it is gone", async () => {
  const queue = new FakePool({ workers: 2, clock: new VirtualClock() });
  await queue.start();
  const [first] = submit(queue, "a", "b");
  for (let i = 0; i < 2; i++) {
    await queue.turn();
    queue.links[i]!.ready();
  }
  await queue.turn();
  const [one, two] = queue.links as [FakeLink, FakeLink];
  one.begin();
  const attempt = two.begin();
  queue.workers = 1;
  const [last] = submit(queue, "c");
  first!.cancel();
  two.tell(attempt);
  await queue.turn();
  // What it runs may go on until it is gone.
  assertEquals([one.killed, two.killed, last!.status], [true, false, "pending"]);
  one.close();
  await queue.turn();
  assertEquals(last!.status, "running");
  await queue.end();
});

test("pool executor: when there are to be fewer workers, idle ones make room for those that still run", async () => {
  const clock = new VirtualClock();
  const queue = new FakePool({ workers: 3, clock });
  await queue.start();
  submit(queue, "a", "b", "c");
  for (let i = 0; i < 3; i++) {
    await queue.turn();
    queue.links[i]!.ready();
  }
  await queue.turn();
  const [, b, c] = queue.links.map((link) => ({ link, attempt: link.begin() }));
  queue.workers = 2;
  const [last] = submit(queue, "d");
  b!.link.tell(b!.attempt);
  c!.link.tell(c!.attempt);
  // It may have been sent ahead to the one that runs on.
  await clock.advance(20);
  await queue.turn();
  assertEquals([queue.activeCount, last!.status], [2, "running"]);
  await queue.end();
});

test("pool executor: of workers that have been idle for long, minWorkers stay", async () => {
  const queue = new FakePool({ workers: 3, minWorkers: 1, idleTimeout: 10 });
  await queue.start();
  const handles = submit(queue, "a", "b", "c");
  for (let i = 0; i < 3; i++) {
    await queue.turn();
    queue.links[i]!.ready();
  }
  await queue.turn();
  for (const link of queue.links) link.tell(link.begin());
  await Promise.all(handles);
  const killed = () => queue.links.filter((link) => link.killed).length;
  await eventually(() => killed() > 0, "some are closed");
  await delay(30);
  assertEquals([killed(), queue.links.length, queue.stats.workers], [2, 3, 1]);
  await queue.end();
});

test("pool executor: no worker is started for tasks that a rate holds back", async () => {
  const clock = new VirtualClock();
  const queue = new FakePool({ workers: 2, clock, rate: 1, idleTimeout: 0 });
  await queue.start();
  const [, second] = submit(queue, "a", "b", "c");
  await queue.turn();
  const [one, two] = queue.links as [FakeLink, FakeLink];
  one.ready();
  two.ready();
  one.tell(one.begin());
  await clock.advance(0);
  assertEquals([one.killed, two.killed], [true, true]);
  one.close();
  two.close();
  await clock.advance(999);
  assertEquals(queue.links.length, 2);
  await clock.advance(1);
  queue.links.at(-1)!.ready();
  assertEquals(second!.status, "running");
  await queue.end();
});

test("pool executor: a task knows the worker of its last attempt, not one that never began it", async () => {
  const queue = new FakePool({ workers: 2 });
  await queue.start();
  const holder = queue.submit(task, ["holder"]);
  const handle = queue.submit(task, ["a"], { name: "a", retries: 1 });
  await queue.turn();
  const [link, other] = queue.links as [FakeLink, FakeLink];
  link.ready();
  other.ready();
  await queue.turn();
  assertEquals(other.inbox.map(({ name }) => name), ["a"]);
  other.begin();
  other.close();
  link.tell(link.begin());
  await holder;
  await queue.turn();
  // Its second attempt is sent to the first worker, which dies before it has begun.
  assertEquals([handle.attempts, handle.status], [2, "running"]);
  link.close();
  await queue.turn();
  assertEquals(handle.attempts, 1);
  handle.cancel();
  assertEquals((await handle).workerId, 2);
  await queue.end();
});

test("pool executor: a worker that gets one task soon after the other is to spin for the next", async () => {
  const clock = new VirtualClock();
  const queue = new FakePool({ workers: 1, clock }, 1);
  const link = await queue.startShort();
  const seen: boolean[] = [];
  const announced: boolean[] = [];
  for (const gap of [5, 0, 0.05, 0.15, 5, 0.01]) {
    clock.elapse(gap);
    const [handle] = submit(queue, "a");
    await queue.turn();
    seen.push(link.spins.at(-1)!);
    announced.push(link.announced.splice(0).includes(link.inbox[0]!.ticket));
    // However long the task itself takes.
    clock.elapse(3);
    link.tell(link.begin());
    await handle;
  }
  assertEquals(seen, [false, true, true, false, false, true]);
  // A worker that was told to spin doesn't know whether it will be again.
  assertEquals(announced.slice(1), [false, true, true, false, false]);
  await queue.end();
});

test("pool executor: workers spin only while no more are at work than there are processors for", async () => {
  const queue = new FakePool({ workers: 3, clock: new VirtualClock() }, 2);
  await queue.start();
  const seen: boolean[][] = [];
  for (const count of [3, 3, 2, 1]) {
    submit(queue, ..."abc".slice(0, count));
    // Two at the most start at once.
    for (const already of [0, 2]) {
      await queue.turn();
      for (const link of queue.links.slice(already)) link.ready();
    }
    await queue.turn();
    const busy = queue.links.filter(({ inbox }) => inbox.length > 0);
    assertEquals(busy.length, count);
    seen.push(busy.map(({ spins }) => spins.at(-1)!));
    for (const link of busy) link.tell(link.begin());
    await queue.turn();
  }
  const [, three, two, one] = seen;
  assertEquals([three, two, one], [[false, false, false], [true, true], [true]]);
  await queue.end();
});

test("pool executor: a worker doesn't spin while those of another pool need the processors", async () => {
  const clock = new VirtualClock();
  const [queue, other] = [new FakePool({ workers: 1, clock }, 1), new FakePool({ workers: 1 }, 1)];
  const [link, otherLink] = [await queue.startShort(), await other.startShort()];
  const seen: boolean[] = [];
  const runOne = async () => {
    const [handle] = submit(queue, "a");
    await queue.turn();
    seen.push(link.spins.at(-1)!);
    link.tell(link.begin());
    await handle;
  };
  await runOne();
  const [long] = submit(other, "long");
  await other.turn();
  await runOne();
  otherLink.tell(otherLink.begin());
  await long;
  await runOne();
  // That of one that ends with its worker is over as well.
  const [lost] = submit(other, "lost");
  await other.turn();
  otherLink.begin();
  otherLink.close();
  await lost;
  await runOne();
  assertEquals(seen, [true, false, true, true]);
  await Promise.all([queue.end(), other.end()]);
});

test("pool executor: a worker that has been sent very many source texts is replaced once it has run its tasks", async () => {
  const queue = new FakePool({ workers: 1 });
  const link = await queue.startShort();
  const sources = Array.from({ length: 4 }, (_, n) => `() => ${n} /* ${"x".repeat(1 << 22)} */`);
  const [first, ...others] = sources.map((source) =>
    makeStub({ kind: "inline", source, name: "" }, "")
  );
  const run = async (fn: typeof first) => {
    const handle = queue.submit(fn!);
    await queue.turn();
    link.tell(link.begin());
    await queue.turn();
    assert(handle.done);
  };
  for (const fn of [first, first, first, first, ...others.slice(0, 2)]) {
    await run(fn);
    assertFalse(link.killed);
  }
  await run(others[2]);
  assert(link.killed);
  await queue.end();
});

test("pool executor: a worker's id is given again when it is gone, and not before", async () => {
  const queue = new FakePool({ workers: 2, recycleAfter: 1 });
  await queue.start();
  submit(queue, "a", "b", "c", "d");
  await queue.turn();
  const [one, two] = queue.links as [FakeLink, FakeLink];
  assertEquals([one.id, two.id], [1, 2]);
  two.ready();
  await queue.turn();
  two.tell(two.begin());
  await queue.turn();
  assert(two.killed);
  // Another one would be the third.
  assertEquals(queue.links.length, 2);
  two.close();
  await queue.turn();
  assertEquals(queue.links.map(({ id }) => id), [1, 2, 2]);
  await queue.end();
});

test("pool executor: a thread that goes on after its end was asked for loses its id after a moment", async () => {
  const clock = new VirtualClock();
  const queue = new FakePool({ workers: 1, clock });
  const link = await queue.startShort();
  const [first, second] = submit(queue, "a", "b");
  await queue.turn();
  link.begin();
  first!.cancel();
  await queue.turn();
  assertEquals([link.killed, queue.links.length, queue.stats.abandoned], [true, 1, 1]);
  await clock.advance(99);
  assertEquals(queue.links.length, 1);
  await clock.advance(1);
  await queue.turn();
  const [, replacement] = queue.links as [FakeLink, FakeLink];
  assertEquals([replacement.id, queue.stats.abandoned], [1, 1]);
  replacement.ready();
  await queue.turn();
  // Its end is none of the one's that has its id now.
  link.close();
  await queue.turn();
  assertEquals([queue.links.length, queue.stats.abandoned], [2, 0]);
  replacement.tell(replacement.begin());
  assertEquals(await second!.value(), "b");
  await queue.end();
});

test("pool executor: a worker that is to go ends with the grace of its interrupted attempt", async () => {
  const clock = new VirtualClock();
  const queue = new FakePool({ workers: 1, clock });
  const link = await queue.startShort();
  queue.submit(task, ["a"], { name: "a", grace: 50 });
  await queue.turn();
  link.touch(link.begin());
  const over = queue.cancel();
  await queue.turn();
  assertFalse(link.killed);
  await clock.advance(50);
  assert(link.killed);
  link.close();
  await over;
});

test("pool executor: an idle thread that doesn't end costs the pool no place", async () => {
  const clock = new VirtualClock();
  const queue = new FakePool({ workers: 1, clock, idleTimeout: 10 });
  const link = await queue.startShort();
  await clock.advance(10);
  assertEquals([link.killed, queue.stats.abandoned], [true, 0]);
  const [handle] = submit(queue, "a");
  await clock.advance(100);
  await queue.turn();
  const other = queue.links[1]!;
  assertEquals([other.id, queue.stats.abandoned], [1, 1]);
  other.ready();
  await queue.turn();
  other.tell(other.begin());
  assertEquals(await handle!.value(), "a");
  await queue.end();
});
