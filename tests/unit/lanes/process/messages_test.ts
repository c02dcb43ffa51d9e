import { assert, assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import process from "node:process";
import { NotPortableError } from "../../../../mod.ts";
import { test } from "../../../harness.ts";
import { eventually, pairs, tasks, withQueue } from "./support.ts";

const MiB = 1 << 20;

test("100 MiB go there and back", async () => {
  await withQueue({ workers: 1 }, async (queue) => {
    const bytes = new Uint8Array(100 * MiB);
    bytes[0] = 1;
    bytes[bytes.length - 1] = 2;
    const back = await queue.submit(tasks.echo, [bytes]).value() as Uint8Array;
    assertEquals([back.length, back[0], back.at(-1)], [bytes.length, 1, 2]);
    assertEquals(await queue.submit(tasks.add, [1, 2]).value(), 3);
  });
});

test("the stack of an error names the place of the submission", async () => {
  await withQueue({ workers: 1 }, async (queue) => {
    const [mapped] = queue.map(tasks.failToPrepare, ["mapped"]);
    for (const handle of [queue.submit(tasks.failToPrepare, ["alone"]), mapped!]) {
      await handle;
      const [remote, submitted] = (handle.error() as Error).stack!.split("    submitted ");
      assertStringIncludes(remote!, "failToPrepare");
      assertStringIncludes(submitted ?? "", "messages_test.ts");
    }
  });
});

test("a task comes right after one that outlasted the wait for it, and after a short one", async () => {
  await withQueue({ workers: 1 }, async (queue) => {
    for (let i = 0; i < 20; i++) {
      assertEquals(await queue.submit(tasks.linger, [3]).value(), 3);
      assertEquals(await queue.submit(tasks.linger, [0]).value(), 0);
      assertEquals(await queue.submit(tasks.add, [i, 1]).value(), i + 1);
    }
  });
});

test("results that a busy child has not sent yet are told of while it is busy", async () => {
  await withQueue({ workers: 1 }, async (queue) => {
    await queue.submit(tasks.stall, [0]);
    await queue.group(tasks.add, pairs(400, 1)).values();
    const short = queue.map(tasks.add, pairs(5, 2));
    const long = queue.submit(tasks.stall, [Infinity]);
    await eventually(() => short.every(({ done }) => done), "they have been told of");
    for (const [i, handle] of short.entries()) assertEquals(await handle.value(), i + 2);
    await eventually(() => long.status === "running", "the long one has begun");
    long.cancel();
    await long;
  });
});

test("64 MiB both ways with all workers at once", async () => {
  await withQueue({ workers: 2 }, async (queue) => {
    const bytes = new Uint8Array(64 * MiB).fill(7);
    const handles = queue.map(tasks.echo, new Array<[Uint8Array]>(queue.workers).fill([bytes]));
    for (const handle of handles) {
      const back = await handle.value() as Uint8Array;
      assertEquals([back.length, back[12_345]], [bytes.length, 7]);
      queue.clearResults();
    }
  });
});

test("a message larger than maxMessageSize fails its task alone", async () => {
  await withQueue({ workers: 1, maxMessageSize: 100_000 }, async (queue) => {
    const child = await queue.submit(tasks.pid).value();
    const down = await queue.submit(tasks.sum, [new Uint8Array(100_001)]);
    assert(down.status === "failed");
    assertInstanceOf(down.error, NotPortableError);
    assert(down.error.message.includes("maxMessageSize is 100000"), down.error.message);
    const up = await queue.submit(tasks.fill, [100_001, 1]);
    assert(up.status === "failed");
    assertInstanceOf(up.error, NotPortableError);
    assert(up.error.message.includes("maxMessageSize is 100000"), up.error.message);
    assertEquals((await queue.submit(tasks.fill, [90_000, 1]).value()).length, 90_000);
    assertEquals(await queue.submit(tasks.pid).value(), child);
  });
});

test("an argument that can't even be looked at fails its task alone", async () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  await withQueue({ workers: 1 }, async (queue) => {
    const handles = queue.map(tasks.echo, [[{}], [proxy], [{}]]);
    const results = await Promise.all(handles);
    assertEquals(results.map(({ status }) => status), ["succeeded", "failed", "succeeded"]);
    assertInstanceOf(handles[1]!.error(), NotPortableError);
  });
});

test("values of many kinds arrive as they were", async () => {
  const values = [
    undefined,
    null,
    -0,
    NaN,
    10n,
    "\ud800",
    "Grüße",
    [1, undefined],
    { a: undefined, b: [null] },
    new Date(1e12),
    new Map<unknown, unknown>([[1, new Set(["x"])]]),
    new Float64Array([1.5, -0]),
    new Uint8Array(1000).subarray(10, 20),
    /x/gi,
  ];
  await withQueue({ workers: 2 }, async (queue) => {
    const handles = queue.map(tasks.echo, values.map((value): [unknown] => [value]));
    for (const [i, handle] of handles.entries()) {
      assertEquals(await handle.value(), values[i]);
    }
  });
});

test("large arguments are not piled up for tasks that take no time", async () => {
  await withQueue({ workers: 1, maxMessageSize: 24 * MiB }, async (queue) => {
    // So that tasks are known to be short.
    await Promise.all(queue.map(tasks.add, pairs(3_000, 1)));
    const before = process.memoryUsage().rss;
    let most = 0;
    const sizes = Array.from({ length: 100 }, (): [Uint8Array] => [new Uint8Array(8 * MiB)]);
    for (const handle of queue.map(tasks.first, sizes)) {
      assertEquals(await handle.value(), 0);
      most = Math.max(most, process.memoryUsage().rss);
    }
    // All that is sent takes 800 MiB, and more than twice that while it is encoded.
    assert(most - before < 900 * MiB, `${(most - before) / MiB} MiB`);
  });
});
