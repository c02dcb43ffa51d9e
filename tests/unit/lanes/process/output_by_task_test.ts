import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import process from "node:process";
import { type ProcessOptions, ProcessQueue, type TaskHandle } from "../../../../mod.ts";
import { eventually } from "../../../conformance/support.ts";
import { test } from "../../../harness.ts";
import { isThere, pairs, tasks } from "./support.ts";

/** What has been given, by task and stream, and in which order tasks ended between. */
class Given {
  readonly handles: (TaskHandle | undefined)[] = [];
  readonly order: string[] = [];
  readonly #texts = new Map<string, string>();
  readonly #decoders = new Map<string, TextDecoder>();

  take(handle: TaskHandle | undefined, stream: "stdout" | "stderr", chunk: Uint8Array): void {
    const key = `${handle?.name} ${stream}`;
    const decoder = this.#decoders.get(key) ?? new TextDecoder();
    this.#decoders.set(key, decoder);
    this.#texts.set(key, this.of(handle?.name, stream) + decoder.decode(chunk, { stream: true }));
    this.handles.push(handle);
    this.order.push(key);
  }

  of(name: string | undefined, stream: "stdout" | "stderr"): string {
    return this.#texts.get(`${name} ${stream}`) ?? "";
  }
}

/** Runs a body with a queue whose output is taken. */
async function withOutput(
  options: ProcessOptions,
  body: (queue: ProcessQueue, given: Given) => Promise<void>,
): Promise<void> {
  const given = new Given();
  const queue = new ProcessQueue({
    ...options,
    onOutput: (...output) => given.take(...output),
    onComplete: ({ name }) => given.order.push(`${name} ended`),
  });
  try {
    await body(queue, given);
  } finally {
    await queue.cancel();
  }
}

function linesOf(name: string, stream: "out" | "err", count: number): string {
  const numbers = Array.from({ length: count }, (_, i) => i);
  return numbers.map((i) => `${name} ${stream} ${i}\n${name} ${stream}+ ${i}\n`).join("");
}

test("onOutput: each task is given what it wrote, all of it, the streams apart, before its end", async () => {
  await withOutput({ workers: 2 }, async (queue, given) => {
    const names = Array.from({ length: 40 }, (_, i) => `t${i}`);
    const handles = names.map((name, i) =>
      queue.submit(tasks.writeBoth, [name, 1 + 5 * (i % 7)], { name })
    );
    for (const [i, handle] of handles.entries()) {
      assertEquals(await handle.value(), names[i]);
      const count = 1 + 5 * (i % 7);
      assertEquals(given.of(names[i], "stdout"), linesOf(names[i]!, "out", count));
      assertEquals(given.of(names[i], "stderr"), linesOf(names[i]!, "err", count));
    }
    for (const name of names) {
      const last = given.order.findLastIndex((entry) => entry.startsWith(`${name} std`));
      assert(last < given.order.indexOf(`${name} ended`), name);
    }
    assert(given.handles.every((handle) => handles.includes(handle as never)));
  });
});

test("onOutput: bytes arrive as they are, and much of them", async () => {
  const chunks: Uint8Array[] = [];
  const onOutput: ProcessOptions["onOutput"] = (_, stream, chunk) => {
    assertEquals(stream, "stdout");
    chunks.push(chunk);
  };
  await using queue = new ProcessQueue({ workers: 1, onOutput });
  const bytes = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * 7) % 256);
  await queue.submit(tasks.write, [bytes]).value();
  const seen = new Uint8Array(chunks.reduce((size, { length }) => size + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    seen.set(chunk, at);
    at += chunk.length;
  }
  assertEquals(seen.length, bytes.length);
  assert(seen.every((byte, i) => byte === bytes[i]));
});

test("onOutput: what comes between tasks belongs to the last, before the first to none", async () => {
  const options = { workers: 1, initializer: tasks.writeBoth, initArgs: ["init", 1] };
  await withOutput(options, async (queue, given) => {
    await queue.submit(tasks.writeBothLater, ["later", 20], { name: "later" }).value();
    assertEquals(given.of(undefined, "stdout"), linesOf("init", "out", 1));
    assertEquals(given.of(undefined, "stderr"), linesOf("init", "err", 1));
    await eventually(() => given.of("later", "stderr").endsWith("err+ 0\n"), "it has written");
    assertEquals(given.of("later", "stderr"), linesOf("later", "err", 1));
    await queue.submit(tasks.writeBoth, ["next", 1], { name: "next" }).value();
    assertEquals(given.of("later", "stdout"), linesOf("later", "out", 1));
    assertEquals(given.of("next", "stdout"), linesOf("next", "out", 1));
  });
});

test("onOutput: what a task's programs write is the task's", async () => {
  await withOutput({ workers: 1 }, async (queue, given) => {
    for (const name of ["a", "b", "c"]) {
      await queue.submit(tasks.haveWritten, [name], { name }).value();
      assertEquals([given.of(name, "stdout"), given.of(name, "stderr")], [
        `${name}\n`,
        `${name}\n`,
      ]);
    }
  });
});

test("onOutput: a program that outlives its task and goes on writing keeps no task from ending", async () => {
  await withOutput({ workers: 1 }, async (queue, given) => {
    const script = "while echo more && echo more >&2; do sleep 0.01; done";
    const shell = await queue.submit(tasks.leave, [script], { name: "leave" }).value();
    try {
      for (let i = 0; i < 20; i++) await queue.submit(tasks.add, [i, 1], { name: "add" }).value();
      await eventually(() => given.of("add", "stderr") !== "", "it is heard");
    } finally {
      process.kill(shell, "SIGKILL");
    }
  });
});

test("onOutput: the output of a child that dies is given before its attempt fails, that of a retry too", async () => {
  await withOutput({ workers: 1 }, async (queue, given) => {
    const handle = queue.submit(tasks.writeBothAndDie, ["last"], { name: "last", retries: 1 });
    assertEquals((await handle).status, "failed");
    assertEquals(given.of("last", "stdout"), linesOf("last", "out", 1).repeat(2));
    assertEquals(given.of("last", "stderr"), linesOf("last", "err", 1).repeat(2));
  });
});

test("onOutput: a task that is cancelled keeps its output", async () => {
  await withOutput({ workers: 1 }, async (queue, given) => {
    const handle = queue.submit(tasks.writeAndHang, ["slow"], { name: "slow" });
    await queue.start();
    await eventually(() => given.of("slow", "stdout") !== "", "it has written");
    handle.cancel();
    await queue.submit(tasks.writeBoth, ["next", 1], { name: "next" }).value();
    assertEquals(given.of("slow", "stdout"), "slow\n");
    assertEquals(given.of("next", "stdout"), linesOf("next", "out", 1));
  });
});

test("onOutput: no line is lost of 20,000, whichever way they are written", async () => {
  await withOutput({ workers: 1 }, async (queue, given) => {
    await queue.submit(tasks.writeBoth, ["many", 5_000], { name: "many" }).value();
    // Bun may write what goes by one way before what went by another.
    const sorted = (text: string) => text.split("\n").toSorted().join("\n");
    for (const [stream, short] of [["stdout", "out"], ["stderr", "err"]] as const) {
      const [seen, expected] = [given.of("many", stream), linesOf("many", short, 5_000)];
      assert(
        sorted(seen) === sorted(expected),
        `${seen.length} of ${expected.length} of ${stream}`,
      );
    }
  });
});

test("onOutput: a task that closes its standard error holds up nothing", async () => {
  await withOutput({ workers: 1 }, async (queue, given) => {
    await queue.submit(tasks.closeErrors, []).value();
    await queue.submit(tasks.log, ["still there"], { name: "log" }).value();
    assertEquals(given.of("log", "stdout"), "still there\n");
  });
});

test("onOutput: a child has one task at a time, and a hook that throws is reported", async () => {
  const reported: string[] = [];
  const original = console.error;
  console.error = (...args: unknown[]) => void reported.push(args.map(String).join(" "));
  let most = 0;
  try {
    const queue = new ProcessQueue({
      workers: 1,
      onOutput() {
        most = Math.max(most, queue.stats.active);
        throw new Error("no room");
      },
    });
    await queue.submit(tasks.log, ["a"]).value();
    const handles = queue.map(tasks.add, pairs(200, 1));
    for (const handle of [...handles, queue.submit(tasks.log, ["b"])]) {
      assertEquals((await handle).status, "succeeded");
    }
    await queue.shutdown();
  } finally {
    console.error = original;
  }
  assertEquals([most, reported.length], [1, 2]);
  assertStringIncludes(reported[0]!, "no room");
});

test("onOutput: nothing of it is left, and the program's own output is untouched", async () => {
  let child = 0;
  await withOutput({ workers: 1, idleTimeout: 10 }, async (queue) => {
    child = await queue.submit(tasks.pid).value();
    await eventually(() => queue.stats.workers === 0, "it is closed");
  });
  assert(!isThere(child));
});
