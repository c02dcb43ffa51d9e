import { assert, assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import process from "node:process";
import { NotPortableError } from "../../../../mod.ts";
import { test } from "../../../harness.ts";
import { eventually, lines, pairs, tasks, withFolder, withQueue } from "./support.ts";

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

test("an error larger than maxMessageSize arrives shortened, and the child lives", async () => {
  await withQueue({ workers: 1, maxMessageSize: 4096 }, async (queue) => {
    const child = await queue.submit(tasks.pid).value();
    for (const shares of [false, true]) {
      const result = await queue.submit(tasks.throwLong, [5_000, shares]);
      assert(result.status === "failed");
      const error = result.error as RangeError & { code: string };
      assertInstanceOf(error, RangeError);
      assert(error.message.startsWith("xxx") && error.message.endsWith("… (5000 characters)"));
      assertStringIncludes(error.stack!, "throwLong");
      assertStringIncludes(error.stack!, "in task 'throwLong'");
      assertEquals([error.code, "memory" in error], ["E", false]);
    }
    assertEquals(await queue.submit(tasks.pid).value(), child);
  });
});

test("the last word of a child is heard, however long it is", async () => {
  await withQueue({ workers: 1, maxMessageSize: 4096 }, async (queue) => {
    const result = await queue.submit(tasks.strayLong, [9_000]);
    assert(result.status === "failed");
    const { cause } = result.error as Error;
    assertInstanceOf(cause, RangeError);
    assert(cause.message.startsWith("yyy"), cause.message);
  });
  const options = {
    workers: 1,
    maxMessageSize: 4096,
    initializer: tasks.throwLong,
    initArgs: [9_000],
  };
  await withQueue(options, async (queue) => {
    const result = await queue.submit(tasks.pid);
    assert(result.status === "failed");
    assert((result.error as Error).message.startsWith("xxx"), result.message);
  });
});

test("a reason larger than maxMessageSize reaches the task shortened", async () => {
  await withFolder(async (folder) => {
    await withQueue({ workers: 1, maxMessageSize: 4096 }, async (queue) => {
      const handle = queue.submit(tasks.cleanUp, [`${folder}/reasons`], { grace: 30_000 });
      await eventually(() => handle.progress !== undefined, "it listens");
      const reason = new TypeError("z".repeat(9_000));
      handle.cancel(reason);
      const result = await handle;
      assert(result.status === "cancelled" && result.reason === reason);
      assertEquals(await queue.submit(tasks.pid).value(), handle.progress as number);
      assertEquals(lines(`${folder}/reasons`), ["TypeError"]);
    });
  });
});

test("what can't be sent to a process fails its task alone, both ways", async () => {
  const { port1, port2 } = new MessageChannel();
  await withQueue({ workers: 1 }, async (queue) => {
    const child = await queue.submit(tasks.pid).value();
    const lost = [
      new Blob(["x"]),
      new File(["x"], "x"),
      new ReadableStream(),
      new Headers(),
      port1,
    ];
    for (const value of lost) {
      const result = await queue.submit(tasks.echo, [{ value }] as unknown as [unknown]);
      assert(result.status === "failed", `${value}`);
      assertInstanceOf(result.error, NotPortableError);
      assertStringIncludes(result.error.message, "Argument 1");
    }
    for (const kind of ["blob", "stream", "headers"] as const) {
      const result = await queue.submit(tasks.make, [kind]);
      assert(result.status === "failed", kind);
      assertInstanceOf(result.error, NotPortableError);
    }
    assertEquals(await queue.submit(tasks.pid).value(), child);
  });
  port1.close();
  port2.close();
});

test("odd values and errors arrive as they are, soon", async () => {
  await withQueue({ workers: 1 }, async (queue) => {
    const forged = { "trilane:value": [{ "trilane:value": 9 }] };
    assertEquals(await queue.submit(tasks.make, ["forged"]).value(), forged);
    assertEquals(await queue.submit(tasks.echo, [forged]).value(), forged);
    const gaps = await queue.submit(tasks.make, ["gaps"]).value() as unknown[];
    assertEquals([gaps.length, Object.keys(gaps)], [2 ** 31 + 1, ["2147483648"]]);
    let deep = await queue.submit(tasks.make, ["deep"]).value() as unknown[];
    let levels = 0;
    for (; deep.length > 0; deep = deep[0] as unknown[]) levels++;
    assertEquals(levels, 5_000);
    const result = await queue.submit(tasks.throwShared, [25]);
    assert(result.status === "failed");
    const error = result.error as Error & { original: Error; all: Error[] };
    assert(error.cause === error.original && error.all[1] === error.cause);
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
