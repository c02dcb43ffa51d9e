import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { inlineTask, NotPortableError, type TaskResult, transfer } from "../../../../mod.ts";
import { test } from "../../../harness.ts";
import { gate, open, reached, tasks, withThreads } from "./support.ts";

test("thread values: what structured clone carries arrives as it is, both ways", async () => {
  await withThreads({ workers: 1 }, async (queue) => {
    const values = [
      undefined,
      null,
      -0,
      NaN,
      10n ** 30n,
      "text \u{1F600} \ud800",
      "x".repeat(100_000),
      new Date(7),
      /x+/gi,
      new Map<unknown, unknown>([[{ a: 1 }, new Set([1, "2"])]]),
      { nested: [[], {}, [undefined, null]] },
      new Uint16Array([1, 65535]),
      new Float64Array([NaN, -0]),
      new BigInt64Array([-1n]),
      new Uint8Array([1, 2, 3]).buffer,
      [1, 2, 3],
    ];
    for (const value of values) {
      assertEquals(await queue.submit(tasks.echo, [value]).value(), value);
    }
    const group = queue.group(tasks.echo, values.map((value) => [value] as [unknown]));
    assertEquals(await group.values(), values);
  });
});

test("thread values: a view sends only its bytes, as argument, value and progress", async () => {
  const seen: unknown[] = [];
  const onProgress = (_: unknown, data: unknown) => seen.push(data);
  await withThreads({ workers: 1, onProgress }, async (queue) => {
    const view = new Uint8Array(1 << 20).fill(3).subarray(5, 9);
    assertEquals(
      await queue.submit(tasks.look, [view, { view }, Buffer.from("pooled")]).value(),
      ["Uint8Array 4/4", "Object", "Uint8Array 6/6"],
    );
    const copy = await queue.submit(tasks.echo, [{ view }]).value();
    assertEquals([copy.view.length, copy.view.buffer.byteLength], [4, 4]);
    await queue.submit(tasks.progress, [view]).value();
    const reported = seen[0] as Uint8Array;
    assertEquals([[...reported], reported.buffer.byteLength], [[3, 3, 3, 3], 4]);
  });
});

test("thread values: what is odd arrives as it is, and soon", async () => {
  await withThreads({ workers: 1 }, async (queue) => {
    const echo = (value: unknown) => queue.submit(tasks.echo, [value]).value();
    const [blob, file] = await echo([new Blob(["abc"]), new File(["def"], "name.txt")]);
    assertEquals([await blob.text(), await file.text(), file.name], ["abc", "def", "name.txt"]);
    for (const table of [7, [{ "trilane:value": 9 }], [1, [9]]]) {
      const forged = { "trilane:value": table };
      assertEquals(await echo(forged), forged);
    }
    const gaps = await echo(Object.assign([], { [2 ** 31]: 1 }));
    assertEquals([gaps.length, Object.keys(gaps)], [2 ** 31 + 1, ["2147483648"]]);
    let deep: unknown[] = [];
    for (let i = 0; i < 5_000; i++) deep = [deep];
    let levels = 0;
    for (let at = await echo(deep); at.length > 0; at = at[0]) levels++;
    assertEquals(levels, 5_000);
    const shared = { list: [new TypeError("shared")] };
    const copy = await echo({ a: shared, b: [shared, shared.list[0]] });
    assertStrictEquals(copy.b[0], copy.a);
    assertStrictEquals(copy.b[1], copy.a.list[0]);
    assert(copy.b[1] instanceof TypeError);
  });
});

test("thread values: bytes are moved, not looked through one by one", async () => {
  await withThreads({ workers: 1 }, async (queue) => {
    const bytes = new Uint8Array(128 << 20).fill(7);
    // Looked through, they would take minutes.
    const back = await queue.submit(tasks.echo, [bytes]).value();
    assertEquals([back.length, back.at(-1)], [bytes.length, 7]);
  });
});

test("thread values: shared memory is shared", async () => {
  await withThreads({ workers: 2 }, async (queue) => {
    const memory = new Int32Array(new SharedArrayBuffer(4));
    await queue.group(
      tasks.add,
      Array.from({ length: 500 }, (): [Int32Array, number] => [memory, 2]),
    )
      .values();
    assertEquals(memory[0], 1000);
    const back = await queue.submit(tasks.echo, [memory]).value();
    Atomics.store(back, 0, 7);
    assertEquals(memory[0], 7);
  });
});

test("thread values: errors in arguments, values and progress keep class, cause and fields", async () => {
  await withThreads({ workers: 1 }, async (queue) => {
    const error = Object.assign(new RangeError("far", { cause: new TypeError("why") }), {
      code: 7,
    });
    assertEquals(
      await queue.submit(tasks.look, [error, [error]]).value(),
      ["RangeError RangeError far", "Array"],
    );
    const whole = await queue.submit(tasks.echo, [{ list: [error], error }]).value();
    assertStrictEquals(whole.list[0], whole.error);
    assert(whole.error instanceof RangeError && whole.error.cause instanceof TypeError);
    assertEquals(whole.error.code, 7);
    const handle = queue.submit(tasks.progress, [error]);
    await handle;
    assert(handle.progress instanceof RangeError);
    const odd = { "trilane:value": { error: 1 } };
    assertEquals(await queue.submit(tasks.echo, [odd]).value(), odd);
  });
});

test("thread values: what is transferred changes hands, there and back", async () => {
  await withThreads({ workers: 1 }, async (queue) => {
    const bytes = new Uint8Array(1 << 16).fill(5);
    const back = await queue.submit(tasks.echo, [transfer(bytes, [bytes.buffer])]).value();
    assertEquals(bytes.byteLength, 0);
    assertEquals([back.byteLength, back[9]], [1 << 16, 5]);

    const part = new Uint8Array(64).subarray(8, 16);
    assertEquals(
      await queue.submit(tasks.look, [transfer(part, [part.buffer])]).value(),
      ["Uint8Array 8/64"],
    );
    const { port1, port2 } = new MessageChannel();
    const answer = new Promise((resolve) => port1.onmessage = ({ data }) => resolve(data));
    await queue.submit(
      sendHello,
      [transfer({ port: port2 }, [port2])],
    ).value();
    assertEquals(await answer, "hello");
    port1.close();
  });
});

const sendHello = inlineTask(({ port }: { port: MessagePort }) => {
  port.postMessage("hello");
  port.close();
});

test("thread values: a task that was sent ahead with what it transfers is not lost when it is taken back", async () => {
  await withThreads({ workers: 2 }, async (queue) => {
    // Short tasks, so that several are sent ahead.
    await queue.group(tasks.square, Array.from({ length: 300 }, (_, i) => i)).values();
    queue.workers = 1;
    const door = gate();
    const first = queue.submit(tasks.block, [door, 1]);
    await reached(door);
    const handles = Array.from({ length: 20 }, (_, i) => {
      const bytes = new Uint8Array(8).fill(i);
      return queue.submit(tasks.echo, [transfer(bytes, [bytes.buffer])]);
    });
    queue.pause();
    queue.resume();
    queue.workers = 2;
    queue.submit(tasks.square, [1], { priority: 0 });
    open(door);
    assertEquals(await first.value(), 1);
    for (const [i, handle] of handles.entries()) {
      assertEquals([...(await handle.value())], new Array(8).fill(i));
    }
    // The same while they come thick and fast.
    const many = Array.from({ length: 2000 }, (_, i) => {
      const bytes = new Uint8Array(4).fill(i);
      return queue.submit(tasks.echo, [transfer(bytes, [bytes.buffer])], { priority: i % 7 });
    });
    const values = await Promise.all(many.map((handle) => handle.value()));
    assertEquals(values.findIndex((value, i) => value[0] !== i % 256), -1);
  });
});

test("thread values: one buffer given to two tasks reaches one of them and fails the other", async () => {
  await withThreads({ workers: 1 }, async (queue) => {
    const bytes = transfer(new Uint8Array(8), []);
    const gift = transfer(bytes, [bytes.buffer]);
    const results: TaskResult[] = await Promise.all([
      queue.submit(tasks.look, [gift]),
      queue.submit(tasks.look, [gift]),
    ]);
    assertEquals(results.map(({ status }) => status), ["succeeded", "failed"]);
    const [, failed] = results;
    assert(failed!.status === "failed" && failed!.error instanceof NotPortableError);
    assertEquals(await queue.submit(tasks.square, [3]).value(), 9);
  });
});

test("thread values: an argument that can't be sent fails its task alone and names its position", async () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const thrower = {
    get value() {
      throw new Error("unreadable");
    },
  };
  await withThreads({ workers: 1 }, async (queue) => {
    // Short tasks, so that several are sent in one message.
    await queue.group(tasks.square, Array.from({ length: 300 }, (_, i) => i)).values();
    const good = queue.map(tasks.square, [1, 2, 3]);
    const bad = [
      queue.submit(tasks.look, [1, () => 1]),
      queue.submit(tasks.look, [Symbol("s")]),
      queue.submit(tasks.look, [1, 2, { url: new URL("http://localhost/") }]),
      queue.submit(tasks.look, [new AbortController().signal], { retries: 5 }),
      queue.submit(tasks.look, [new Error("fine"), () => 1]),
      queue.submit(tasks.look, [{}, proxy]),
      queue.submit(tasks.look, [thrower]),
    ];
    const after = queue.map(tasks.square, [4, 5, 6]);
    const positions = [2, 1, 3, 1, 2, 2, 1];
    for (const [i, handle] of bad.entries()) {
      const result = await handle;
      assert(result.status === "failed" && result.error instanceof NotPortableError);
      assert(
        result.message!.startsWith(`Argument ${positions[i]} of task 'look' cannot be sent`),
        result.message,
      );
      assertEquals(result.attempts, 1);
    }
    assertEquals(await Promise.all([...good, ...after].map((h) => h.value())), [
      1,
      4,
      9,
      16,
      25,
      36,
    ]);
    assertEquals(queue.stats.workers, 1);
  });
});

test("thread values: a return value that can't be sent fails its task alone, amid a batch too", async () => {
  await withThreads({ workers: 1 }, async (queue) => {
    const { worker } = await queue.submit(tasks.whoAmI).value();
    const kinds = [
      ...["function", "symbol", "url", "promise", "proxy", "revoked"],
      ...["stream", "form", "endless"],
    ];
    for (let round = 0; round < 3; round++) {
      // Short tasks whose values are kept back stand before and behind each.
      const handles = kinds.map((kind) => ({
        before: queue.map(tasks.square, [2, 3]),
        bad: queue.submit(tasks.bad, [kind]),
        after: queue.map(tasks.square, [4, 5]),
      }));
      for (const { before, bad, after } of handles) {
        assertEquals(await Promise.all(before.map((handle) => handle.value())), [4, 9]);
        const result = await bad;
        assertEquals(result.status, "failed");
        assertEquals(await Promise.all(after.map((handle) => handle.value())), [16, 25]);
      }
      const error = await assertRejects(
        () => queue.submit(tasks.bad, ["url"]).value(),
        NotPortableError,
      );
      assert(error.message.startsWith("The return value of task 'bad' cannot be sent"));
    }
    assertEquals((await queue.submit(tasks.whoAmI).value()).worker, worker);
  });
});

test("thread values: progress arrives in order and before the result; what can't be sent throws in the task", async () => {
  const seen: unknown[] = [];
  const onProgress = (handle: { name: string; status: string }, data: unknown) => {
    seen.push([handle.name, handle.status, data]);
  };
  await withThreads({ workers: 1, onProgress }, async (queue) => {
    const handle = queue.submit(tasks.progress, [1, { a: 2 }, [3]], { name: "steps" });
    assertEquals(await handle.value(), "reported");
    assertEquals(seen, [1, { a: 2 }, [3]].map((data) => ["steps", "running", data]));
    assertEquals(handle.progress, [3]);
    assertEquals(await queue.submit(tasks.badProgress).value(), "NotPortableError");
  });
});

test("thread values: a task whose argument has been handed over is not retried, and fails with its own error", async () => {
  const fail = inlineTask((_: Uint8Array): never => {
    throw new RangeError("its own");
  });
  await withThreads({ workers: 1 }, async (queue) => {
    const bytes = new Uint8Array(8);
    const given = queue.submit(fail, [transfer(bytes, [bytes.buffer])], { retries: 2 });
    const copied = queue.submit(fail, [new Uint8Array(8)], { retries: 2 });
    for (const [handle, attempts] of [[given, 1], [copied, 3]] as const) {
      const result = await handle;
      assert(result.status === "failed" && result.error instanceof RangeError);
      assertEquals([result.error.message, result.attempts], ["its own", attempts]);
    }
    assertEquals(queue.stats.retried, 2);
  });
});
