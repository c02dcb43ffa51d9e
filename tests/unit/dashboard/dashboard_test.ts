import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { get, type IncomingMessage, request } from "node:http";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { AsyncQueue, inlineTask, ThreadQueue } from "../../../mod.ts";
import { dashboard } from "../../../src/dashboard/mod.ts";
import type { Update } from "../../../src/dashboard/updates.ts";
import { test } from "../../harness.ts";
import { RUN_FLAGS } from "../../run_flags.ts";
import { ran } from "../report/support.ts";
import { FakeQueue } from "./support.ts";

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
}

/** Asks with headers of any kind, which `fetch` doesn't let through. */
function ask(url: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers, method, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => text += chunk);
      response.on("end", () => {
        resolve({ status: response.statusCode!, headers: response.headers, text });
      });
    });
    sent.on("error", reject);
    sent.end();
  });
}

/** Reads a stream of events until the test has seen enough; tells when the server ended it. */
async function* events(url: string): AsyncGenerator<{ event: string; data: unknown }> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { agent: false }, resolve).on("error", reject);
  });
  response.setEncoding("utf8");
  let text = "";
  try {
    for await (const chunk of response) {
      text += chunk;
      const parts = text.split("\n\n");
      text = parts.pop()!;
      for (const part of parts) {
        const found = /^event: (.*)\n(?:id: .*\n)?data: (.*)$/.exec(part);
        if (found !== null) yield { event: found[1]!, data: JSON.parse(found[2]!) };
      }
    }
  } finally {
    response.destroy();
  }
}

async function* updates(url: string, queue = 0): AsyncGenerator<Update> {
  for await (const { event, data } of events(`${url}events?queue=${queue}`)) {
    if (event === "update") yield data as Update;
  }
}

test("dashboard: serves a page that loads nothing from elsewhere, and nothing else", async () => {
  await using page = await dashboard(new FakeQueue());
  assert(/^http:\/\/127\.0\.0\.1:\d+\/$/.test(page.url), page.url);
  const { status, headers, text } = await ask(page.url);
  assertEquals([status, headers["content-type"]], [200, "text/html; charset=utf-8"]);
  assertEquals(headers["x-frame-options"], "DENY");
  assertStringIncludes(text, "default-src 'none'");
  const rest = text.replaceAll("http://www.w3.org/2000/svg", "");
  assert(!/https?:|\bsrc=|\bhref=|@import|url\(|\bfetch\(|import\(/.test(rest));
  assertEquals((await ask(`${page.url}other`)).status, 404);
  assertEquals((await ask(`${page.url}events?queue=1`)).status, 404);
  assertEquals((await ask(`${page.url}events?queue=x`)).status, 404);
  assertEquals((await ask(page.url, {}, "HEAD")).text, "");
});

test("dashboard: refuses other hosts, other origins and all but reading", async () => {
  await using page = await dashboard(new FakeQueue());
  for (const path of ["", "events"]) {
    const url = page.url + path;
    assertEquals((await ask(url, { Host: "evil.example" })).status, 403);
    assertEquals((await ask(url, { Origin: "http://evil.example" })).status, 403);
    assertEquals((await ask(url, { "Sec-Fetch-Site": "cross-site" })).status, 403);
    for (const method of ["POST", "PUT", "DELETE"]) {
      assertEquals((await ask(url, {}, method)).status, 405);
    }
  }
});

test("dashboard: tells what a queue has done and does", async () => {
  await using queue = new AsyncQueue({ workers: 2 });
  await using page = await dashboard(queue);
  const running = Promise.withResolvers<void>();
  queue.map(
    (n: number) => {
      if (n === 3) throw new RangeError("3 is too much");
      return n;
    },
    [1, 2, 3],
    { name: "small" },
  );
  const long = queue.submit(() => running.promise, { name: "long" });
  await queue.start();
  const seen: string[] = [];
  for await (const update of updates(page.url)) {
    seen.push(...update.attempts.map(({ name, status }) => `${name} ${status}`));
    if (update.counts.running === 1 && update.counts.failed === 1) {
      assertEquals(update.queues.map(({ label, state }) => [label, state]), [
        ["AsyncQueue", "running"],
      ]);
      assertEquals([update.counts.succeeded, update.counts.workers], [2, 2]);
      assertEquals(update.failures.map(({ name, count }) => [name, count]), [["RangeError", 1]]);
      assertEquals(update.running.map(({ name, worker }) => [name, worker >= 1]), [["long", true]]);
      running.resolve();
    } else if (update.counts.succeeded === 3 && seen.length === 4) break;
  }
  assertEquals(seen.sort(), ["long 0", "small 0", "small 0", "small 1"]);
  await long;
});

test("dashboard: names the workers of a pool", async () => {
  await using queue = new ThreadQueue({ workers: 1 });
  await using page = await dashboard({ pool: queue });
  await queue.submit(inlineTask((n: number) => n * 2), [21]);
  for await (const update of updates(page.url)) {
    const [attempt] = update.attempts;
    if (attempt === undefined) continue;
    assertEquals([update.queues[0].label, attempt.worker], ["pool", 1]);
    break;
  }
});

test("dashboard: tells what waits and runs by key", async () => {
  await using queue = new AsyncQueue({ workers: 8, limits: { host: { workers: 1 } } });
  await using page = await dashboard(queue);
  const running = Promise.withResolvers<void>();
  const tasks = ["a", "b", "a", "a"].map((host) =>
    queue.submit(() => running.promise, { keys: { host } })
  );
  await queue.start();
  for await (const { keys, counts } of updates(page.url)) {
    if (counts.running < 2) continue;
    assertEquals(keys, [
      { limit: "host", key: "a", waiting: 2, running: 1 },
      { limit: "host", key: "b", waiting: 0, running: 1 },
    ]);
    assertEquals([counts.waiting, counts.limited], [2, 2]);
    break;
  }
  running.resolve();
  await Promise.all(tasks);
  assertEquals(Array.from(queue.keyLoads()), []);
});

test("dashboard: several queues are told of together, one of them in detail", async () => {
  const [one, other] = [new FakeQueue(), new FakeQueue()];
  await using page = await dashboard([one, other]);
  other.end(ran(1, performance.now(), performance.now() + 1, { name: "of the other" }));
  for await (const update of updates(page.url, 1)) {
    assertEquals(update.queues.map(({ label }) => label), ["FakeQueue 1", "FakeQueue 2"]);
    if (update.kinds.length === 0) continue;
    assertEquals([update.queue, update.kinds[0].name], [1, "of the other"]);
    break;
  }
  for await (const update of updates(page.url, 0)) {
    assertEquals(update.kinds, []);
    break;
  }
});

test("dashboard: a page that comes back is told all that the timeline shows", async () => {
  const queue = new FakeQueue();
  await using page = await dashboard(queue);
  queue.end(ran(1, performance.now(), performance.now() + 1, { id: "first" }));
  for await (const update of updates(page.url)) if (update.attempts.length > 0) break;
  for await (const update of updates(page.url)) {
    assertEquals([update.whole, update.attempts.map(({ id }) => id)], [true, ["first"]]);
    break;
  }
});

test("dashboard: a page hears of what is new four times a second, however many tasks end", async () => {
  const queue = new FakeQueue();
  await using page = await dashboard(queue);
  const from = performance.now();
  let count = 0;
  for await (const update of updates(page.url)) {
    for (let i = 0; i < 2_000; i++) queue.end(ran(1, performance.now(), performance.now()));
    assert(update.attempts.length <= 100);
    if (++count === 5) break;
  }
  // The first comes at once, the others a quarter of a second apart; a timer may be a little early.
  assert(performance.now() - from > 3 * 250 - 50, `${performance.now() - from}`);
});

test("dashboard: closing ends the streams, says so, and stops watching", async () => {
  const queue = new FakeQueue();
  const page = await dashboard(queue);
  const seen: string[] = [];
  for await (const { event } of events(`${page.url}events`)) {
    seen.push(event);
    if (seen.length === 1) void page.close();
  }
  await page.close();
  assertEquals([seen[0], seen.at(-1), queue.hooks.size], ["update", "end", 0]);
  await assertRejects(() => ask(page.url));
});

test("dashboard: one that is left open, with a page that follows it, keeps no program alive", async () => {
  const program = fileURLToPath(new URL("programs/left_open.ts", import.meta.url));
  const child = spawn(process.execPath, [...RUN_FLAGS, program], {
    stdio: ["pipe", "pipe", "inherit"],
    timeout: 30_000,
    killSignal: "SIGKILL",
  });
  const closed = once(child, "close");
  let output = "";
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (data) => output += data);
  while (!output.includes("\n")) await once(child.stdout, "data");
  const seen: string[] = [];
  try {
    for await (const update of updates(output.trim())) {
      seen.push(update.instance);
      if (seen.length === 1) child.stdin.end("work\n");
    }
  } catch (error) {
    // The program may end in the middle of the stream.
    assertEquals((error as NodeJS.ErrnoException).code, "ECONNRESET");
  }
  assertEquals(await closed, [0, null]);
  assertEquals([output.trim().split("\n")[1], seen.length > 0], ["done", true]);
});

test("dashboard: wrong options and what is no queue are refused, and nothing is left watching", async () => {
  const queue = new FakeQueue();
  const refused = async (error: new () => Error, options: object, message: string) => {
    await assertRejects(() => dashboard(queue, options), error, message);
  };
  await refused(TypeError, { prot: 1 }, "Did you mean 'port'");
  await refused(RangeError, { port: 70_000 }, "port must be at most 65535: got 70000");
  await refused(RangeError, { port: -1 }, "port must be >= 0: got -1");
  await refused(TypeError, { hostname: 7 }, "hostname must be a string: got 7");
  for (const none of [[], {}, null, undefined, 7]) {
    await assertRejects(() => dashboard(none as never), TypeError, "needs a queue or several");
  }
  await assertRejects(() => dashboard([queue, {}] as never), TypeError, "it is no queue");
  await using page = await dashboard(queue);
  await assertRejects(() => dashboard(queue, { port: Number(new URL(page.url).port) }));
  assertEquals(queue.hooks.size, 1);
});
