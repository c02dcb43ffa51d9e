import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  AsyncQueue,
  attachQueue,
  importTasks,
  type PlainRemoteHandle,
  QueueClosedError,
  QueueStateError,
  type RemoteQueue,
  ThreadQueue,
  transfer,
} from "../../../mod.ts";
import { QueueHost } from "../../../src/remote/host.ts";
import { assertError, eventually } from "../../conformance/support.ts";
import { test } from "../../harness.ts";
import { RUN_FLAGS } from "../../run_flags.ts";
import { keepReports } from "../../strays.ts";
import { common, own } from "./portable.ts";
import { Client, type Owner, owners, withOwner } from "./support.ts";

const { playTask } = importTasks<typeof import("./client.ts")>(
  new URL("./client.ts", import.meta.url),
);

/** Shares a queue so that the closing of the port can be waited for. */
function shareWatched(queue: Owner): { port: MessagePort; closed: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const host = new QueueHost(queue as never, () => resolve());
  return { port: host.end, closed: promise };
}

/** Ways in which a worker ends, some of which only one runtime has. */
const ends: Record<string, (client: Client) => void> = {
  "is terminated": (client) => client.terminate(),
  "ends itself": (client) => client.tell("close"),
  "throws": (client) => client.tell("throw"),
};

for (const [owner, make] of Object.entries(owners)) {
  for (const [how, end] of Object.entries(ends)) {
    test(`remote: ${owner}: what a worker submitted goes on when it ${how}, and its port closes`, () =>
      withOwner(make, { workers: 2 }, async (queue, desk) => {
        const client = new Client();
        await queue.start();
        try {
          const { port, closed } = shareWatched(queue);
          const ids = await client.play(port, "submitsGates", desk.file("gate"), 5);
          assertEquals([queue.stats.completed, queue.activeCount + queue.pendingCount], [0, 5]);
          end(client);
          await closed;
          assertEquals([queue.stats.completed, queue.activeCount + queue.pendingCount], [0, 5]);
          desk.open("gate");
          await queue.join();
          assertEquals(queue.results.map(({ id }) => id).sort(), (ids as string[]).sort());
          assertEquals(queue.stats.succeeded, 5);
        } finally {
          client.terminate();
        }
      }));
  }

  test(`remote: ${owner}: a worker that never attaches closes its port when it ends`, () =>
    withOwner(make, {}, async (queue) => {
      const { port, closed } = shareWatched(queue);
      const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
      const answered = new Promise((resolve) => worker.onmessage = resolve);
      worker.postMessage(port, [port]);
      // It takes the port for an order that it doesn't know. Bun loses ports of a worker that it ends while it loads it.
      await answered;
      worker.terminate();
      let over = false;
      void closed.then(() => over = true);
      // The port itself keeps nothing alive.
      await eventually(() => over, "the port has closed");
    }));

  test(`remote: ${owner}: shutdown() ends what was submitted, then closes the port`, () =>
    withOwner(make, {}, async (queue, desk) => {
      await queue.start();
      const client = new Client();
      try {
        const done = client.play(queue.share(), "outlivesQueue", desk.file("gate"));
        await eventually(() => queue.activeCount === 1, "the task runs");
        const closed = queue.shutdown();
        desk.open("gate");
        await closed;
        await done;
      } finally {
        client.terminate();
      }
    }));

  test(`remote: ${owner}: several ports of one queue work side by side`, () =>
    withOwner(make, {}, async (queue) => {
      await queue.start();
      const remotes = [1, 2, 3].map(() => attachQueue(queue.share()));
      const handles = await Promise.all(
        remotes.map(async (remote, i) => ({ handle: await remote.submit(common.add, [i, 1]) })),
      );
      assertEquals(await Promise.all(handles.map(({ handle }) => handle.value())), [1, 2, 3]);
      remotes[0]!.close();
      assertEquals(await (await remotes[1]!.submit(common.add, [2, 2])).value(), 4);
      await remotes[2]!.cancel();
      await eventually(() => remotes[1]!.closed, "the others have heard of it");
    }));

  test(`remote: ${owner}: a queue that is closed can't be shared, one that is reset can`, () =>
    withOwner(make, {}, async (queue) => {
      const remote = attachQueue(queue.share());
      const handle = await remote.submit(common.nothing);
      queue.reset();
      assertEquals((await handle.wait()).status, "cancelled");
      assertEquals((await remote.stats()).completed, 0);
      await queue.shutdown();
      assertError(assertThrows(() => queue.share()), QueueClosedError, "share");
      await eventually(() => remote.closed, "it has closed");
      queue.reset();
      await queue.start();
      using again = attachQueue(queue.share());
      assertEquals(await (await again.submit(common.add, [1, 2])).value(), 3);
    }));
}

test("remote: attachQueue takes a port, once", async () => {
  await using queue = new AsyncQueue();
  for (const wrong of [undefined, null, {}, queue, "port"]) {
    assertError(assertThrows(() => attachQueue(wrong as never)), TypeError, "port");
  }
  const port = queue.share();
  using remote = attachQueue(port);
  assertError(assertThrows(() => attachQueue(port)), TypeError, "twice");
  remote.close();
  assertError(assertThrows(() => attachQueue(port)), TypeError, "twice");
});

test("remote: a port that closes at the owner's end is noticed, with everything that waits", async () => {
  const { port1, port2 } = await freshPorts();
  const remote = attachQueue(port1);
  const asked = [remote.stats(), remote.submit(common.nothing), remote.cancel()]
    .map((promise) => promise.then(() => assert(false), (error) => error));
  port2.close();
  for (const error of await Promise.all(asked)) {
    assertError(error, QueueClosedError, "its other end has closed");
  }
  assert(remote.closed);
});

/** Ports of which each tells when the other is closed. */
async function freshPorts(): Promise<{ port1: MessagePort; port2: MessagePort }> {
  const { MessageChannel } = await import("node:worker_threads");
  const { port1, port2 } = new MessageChannel();
  return { port1, port2 } as unknown as { port1: MessagePort; port2: MessagePort };
}

test("remote: a task cancels the very queue that it runs on", async () => {
  const queue = new ThreadQueue({ workers: 1, mode: "infinite" });
  const run = queue.run();
  const port = queue.share();
  const args = [transfer(port, [port]) as never, "cancelsSelf" as const, []] as const;
  const handle = queue.submit(playTask, args);
  const summary = await run;
  assertEquals([handle.status, summary.cancelled, queue.closed], ["cancelled", 1, true]);
  await eventually(() => queue.stats.abandoned === 0, "the thread has ended");
});

test("remote: nothing is held after the tasks of a batch have ended", async () => {
  await using queue = new AsyncQueue();
  await queue.start();
  using remote = attachQueue(queue.share());
  const seen: PlainRemoteHandle[] = [];
  const group = await remote.group(common.positive, [1, 2], { delay: 1 });
  for (const handle of group) handle.onDone((handle) => void seen.push(handle));
  await group.wait();
  assertEquals(seen.map(({ id }) => id).sort(), group.handles.map(({ id }) => id).sort());
});

test("remote: what an onDone callback throws is reported and affects nothing", async () => {
  await using queue = new AsyncQueue();
  using remote = attachQueue(queue.share());
  using reports = keepReports();
  const handle = await remote.submit(own.self);
  handle.onDone(() => {
    throw new Error("in the callback");
  });
  const value = handle.value();
  await queue.start();
  assertEquals((await value).attempt, 1);
  assertEquals(reports.errors.map((error) => (error as Error).message), ["in the callback"]);
});

test("remote: onDone refuses what is no function", async () => {
  await using queue = new AsyncQueue();
  using remote = attachQueue(queue.share());
  const handle = await remote.submit(own.self);
  const call = () => handle.onDone(5 as unknown as () => void);
  assertThrows(call, TypeError, "callback must be a function: got 5");
});

test("remote: messages that are none don't disturb the owner", async () => {
  await using queue = new AsyncQueue();
  const port = queue.share();
  const holes: unknown[] = [];
  holes.length = 10;
  const reference = { kind: "inline", source: "() => 1", name: "f" };
  const good = {
    functions: [[reference, "f"]],
    calls: [[0, [], []]],
    group: false,
    options: {},
    signal: false,
  };
  const odd = [
    ...[undefined, 7, "x", {}, [], [99], [0, -1], [2, 1_000, null], [2, 1_000, [7]], [
      2,
      1_000,
      holes,
    ], [1, 1_000]],
    ...[
      [0, 1_000],
      [0, 1_000, null],
      [0, 1_000, {}],
      [0, 1_000, []],
      [0, {}, good],
      [4],
      [4, "x"],
      [99, 1_000],
    ],
    ...["functions", "calls", "group", "options", "signal"].flatMap((key) =>
      [undefined, null, 7, "x", [7], [[7, 7]], holes].map((
        value,
      ) => [0, 1_000, { ...good, [key]: value }])
    ).filter(([, , batch]) => (batch as typeof good).options !== undefined),
    [0, 1_000, { ...good, calls: [[1, [], []]] }],
    [0, 1_000, { ...good, calls: [[0, [], [[0, []]]]] }],
    [0, 1_000, { ...good, calls: [[0, [1], [[0, [7]]]]] }],
    [0, 1_000, { ...good, functions: [[{ ...reference, source: 7 }, "f"]] }],
    [0, 1_000, { ...good, functions: [[{ ...reference, kind: "other" }, "f"]] }],
    [0, 1_000, { ...good, functions: [[reference, 7]] }],
    [0, 1_000, { ...good, options: { priority: {} } }],
    [0, 1_000, { ...good, options: { unknown: 1 } }],
  ];
  for (const message of odd) port.postMessage(message);
  using remote = attachQueue(port);
  const { closed, pending } = await remote.stats();
  assertEquals([closed, pending], [false, 0]);
});

test("remote: a request that makes no sense is refused", async () => {
  await using queue = new AsyncQueue();
  const port = queue.share();
  const answers: unknown[] = [];
  const answered = new Promise<void>((resolve) => {
    port.onmessage = ({ data }) => {
      answers.push(...data);
      if (answers.length === 3) resolve();
    };
  });
  port.postMessage([2, 1, null]);
  port.postMessage([0, 2, { functions: [] }]);
  port.postMessage([4, 3]);
  await answered;
  port.close();
  // REFUSED twice, and an ANSWER.
  assertEquals(answers.map((answer) => (answer as unknown[]).slice(0, 2)), [[2, 1], [2, 2], [
    1,
    3,
  ]]);
});

test("remote: messages that are none don't disturb who attached the port", async () => {
  const { port1, port2 } = await freshPorts();
  using remote = attachQueue(port1);
  const submitted = remote.submit(common.nothing).then(() => assert(false), (error) => error);
  const odd = [undefined, 7, {}, [7], [[]], [[9]], [[0, 9, null]], [[3, "x"]], [[4, "x", null]]];
  for (const message of odd) port2.postMessage(message);
  // The answer to the first request.
  port2.postMessage([[0, 1, { tasks: [null] }]]);
  assert(await submitted instanceof TypeError);
  const asked = remote.stats();
  port2.postMessage([[1, 2, "stats"]]);
  assertEquals(await asked as unknown, "stats");
  port2.close();
});

test("remote: submit() gives the handle, also by way of catch, finally and then", async () => {
  await using queue = new AsyncQueue();
  await queue.start();
  using remote = attachQueue(queue.share());
  const submit = () => remote.submit(common.add, [1, 2]);
  const unexpected = (error: unknown) => {
    throw error;
  };
  const handles = [
    await submit(),
    await submit().catch(unexpected),
    await submit().finally(() => {}),
    await submit().then((handle) => handle).catch(unexpected),
    ...await Promise.all([submit(), submit()]),
    await queue.submitWhenReady(common.add, [1, 2]).catch(unexpected),
  ];
  for (const handle of handles) {
    assertEquals(await handle.value(), 3);
    assert("then" in handle);
    assertEquals((await (handle as PromiseLike<{ status: string }>)).status, "succeeded");
  }
});

test("remote: whoever waits starts a queue that was never started, but no paused one", async () => {
  const waits: ((remote: RemoteQueue) => Promise<unknown>)[] = [
    async (remote) => await (await remote.submit(common.add, [1, 2])).value(),
    async (remote) => (await (await remote.submit(common.add, [1, 2]))).status,
    async (remote) => await (await remote.group(common.add, [[1, 2]])).values(),
  ];
  for (const wait of waits) {
    await using queue = new AsyncQueue();
    using remote = attachQueue(queue.share());
    const handle = await remote.submit(common.add, [1, 2]);
    await remote.stats();
    assertEquals(handle.status, "pending");
    await wait(remote);
    queue.reset();
    queue.pause();
    const waiting = wait(remote);
    await remote.stats();
    assertEquals([queue.stats.succeeded, queue.paused], [0, true]);
    queue.resume();
    await waiting;
  }
});

test("remote: a closed connection tells why a handle stays unsettled", async () => {
  await using queue = new AsyncQueue();
  const remote = attachQueue(queue.share());
  const handle = await remote.submit(common.nothing);
  const waits = handle.wait().then(() => assert(false), (error) => error);
  remote[Symbol.dispose]();
  assertError(await waits, QueueStateError, "closed here");
  assertEquals([handle.status, handle.done], ["pending", false]);
});

for (const program of ["idle", "attached", "thread", "awaited"]) {
  test(`remote: a program with an open share ends by itself: ${program}`, async () => {
    const { spawn } = await import("node:child_process");
    const { execPath } = await import("node:process");
    const file = new URL(`./programs/${program}.ts`, import.meta.url).pathname;
    const child = spawn(execPath, [...RUN_FLAGS, file], { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk: Uint8Array) => output += new TextDecoder().decode(chunk));
    child.stderr.on("data", (chunk: Uint8Array) => output += new TextDecoder().decode(chunk));
    const code = await new Promise((resolve) => child.on("close", resolve));
    assertEquals([output, code], ["3\n", 0]);
  });
}
