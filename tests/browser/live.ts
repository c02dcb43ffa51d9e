import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { AsyncQueue } from "../../mod.ts";
import { dashboard } from "../../src/dashboard/mod.ts";
import { Publisher } from "../../src/dashboard/publisher.ts";
import { Recorder } from "../../src/dashboard/recorder.ts";
import { test } from "../harness.ts";
import { FakeQueue } from "../unit/dashboard/support.ts";
import { failed, ran } from "../unit/report/support.ts";
import { withDashboard } from "./dashboard.ts";
import { assertAllReadable } from "./readable.ts";

/** A queue in which something of everything has happened. */
function busyQueue(): FakeQueue {
  const queue = new FakeQueue();
  queue.loads = [{ limit: "host", key: "one.example", waiting: 12, running: 2 }];
  queue.stats = {
    ...queue.stats,
    ...{ pending: 12, active: 2, completed: 30, succeeded: 28, failed: 2, retried: 1 },
  };
  return queue;
}

/** Lets a queue that is watched tell of some tasks. */
function tell(queue: FakeQueue): void {
  const now = performance.now();
  for (let i = 0; i < 10; i++) {
    const start = now - 5_000 + i * 400;
    queue.end(
      ran(1 + i % 3, start, start + 300, { id: `q-${i}`, name: i % 2 ? "fetch" : "parse" }),
    );
  }
  queue.end(
    failed(new RangeError("port 80 is closed"), 2, now - 900, now - 500, { name: "fetch" }),
  );
  queue.retry(queue.start("q-20", "fetch", 1, 1), new TypeError("no answer"));
  queue.start("q-21", "a long one", 1, 3);
}

test("live: figures, causes, names and workers follow the queue", async () => {
  await using queue = new AsyncQueue({ workers: 3 });
  await withDashboard({ images: queue }, async (live) => {
    await live.connection("Live");
    assertEquals(await live.texts("#title"), ["images"]);
    await live.shows("Succeeded", "0");
    const first = Promise.withResolvers<void>();
    const tasks = queue.map(
      (n: number) => {
        if (n === 4) throw new RangeError("4 is too much");
      },
      [1, 2, 3, 4],
      { name: "small" },
    );
    const long = queue.submit(() => first.promise, { name: "long" });
    await queue.start();
    await Promise.all(tasks);
    await live.shows("Succeeded", "3");
    await live.shows("Failed", "1");
    await live.shows("Running", "1 / 3");
    assertEquals(await live.texts("#failures-list summary"), ["1 ×RangeError 4 is too much"]);
    await live.until("document.querySelector('#running-table tbody')?.innerText.includes('long')");
    assert((await live.frame()).texts.some(({ text }) => /^Worker \d$/.test(text)));
    assertEquals((await live.cells("kinds-table")).map(([name, tasks]) => [name, tasks]), [
      ["small", "4"],
    ]);
    first.resolve();
    await long;
    await live.shows("Succeeded", "4");
    await live.until("document.querySelector('#running').hidden");
    await live.until("document.querySelector('#subtitle').innerText === 'The queue is idle.'");
  });
});

test("live: a pause keeps what is shown, and going on catches up", async () => {
  const queue = busyQueue();
  await withDashboard(queue, async (live) => {
    await live.shows("Waiting", "12");
    await live.page.click("#pause");
    queue.stats = { ...queue.stats, pending: 7 };
    assertEquals(await live.texts("#pause"), ["Go on"]);
    // Long enough for an update, which must not be shown.
    await live.nextUpdate();
    await live.shows("Waiting", "12");
    await live.page.click("#pause");
    await live.shows("Waiting", "7");
  });
});

test("live: a lost connection is said, and another program at the place is shown afresh", async () => {
  const [one, other] = [busyQueue(), new FakeQueue()];
  await withDashboard(one, async (live) => {
    await live.shows("Waiting", "12");
    const port = Number(new URL(live.dashboard.url).port);
    await live.dashboard.close();
    await live.until(`/closed|lost/.test(document.querySelector("#connection").innerText)`);
    assert(await live.page.locator("#missing").isVisible());
    await live.shows("Waiting", "12");
    await using _again = await dashboard(other, { port });
    await live.connection("Live");
    await live.shows("Waiting", "0");
    assert(await live.page.locator("#missing").isHidden());
    assert(await live.page.locator("#keys").isHidden());
  });
});

test("live: of several queues all are listed, and the one that is chosen is shown, by keys too", async () => {
  const [one, other] = [busyQueue(), new FakeQueue()];
  other.stats = { ...other.stats, scheduled: 5 };
  await withDashboard({ images: one, mails: other }, async (live) => {
    const { page } = live;
    await live.shows("Waiting", "12");
    assertEquals((await live.cells("queues-table")).map(([name, state]) => [name, state]), [
      ["images", "running"],
      ["mails", "waiting"],
    ]);
    const choice = page.locator("#queues-table button", { hasText: "mails" });
    await choice.focus();
    await page.keyboard.press("Enter");
    await live.shows("Scheduled", "5");
    assertEquals(await live.texts("#title"), ["mails"]);
    assertEquals(await choice.getAttribute("aria-pressed"), "true");
    await page.reload();
    await live.shows("Scheduled", "5");
    await page.goBack();
    await live.shows("Waiting", "12");
  });
});

test("live: what has the focus, is open or is pointed at stays so while updates come", async () => {
  const queue = busyQueue();
  await withDashboard(queue, async (live) => {
    const { page } = live;
    tell(queue);
    await live.until(
      "!document.querySelector('#failures').hidden && !document.querySelector('#timeline').hidden",
    );
    const summary = page.locator("#failures-list summary").first();
    await summary.click();
    for (let i = 0; i < 3; i++) queue.end(failed(new Error("another cause"), 1, 1, 2));
    await live.until("document.querySelectorAll('#failures-list details').length === 2");
    assertEquals(await page.locator("#failures-list details[open]").count(), 1);
    assert(
      await page.evaluate(
        "document.activeElement === document.querySelector('#failures-list summary')",
      ),
    );

    await page.focus("#canvas");
    await page.keyboard.press("n");
    const tip = await live.texts("#tooltip");
    const { length } = await live.frames();
    queue.stats = { ...queue.stats, pending: 3 };
    await live.shows("Waiting", "3");
    assertEquals(await live.texts("#tooltip"), tip);
    assert(length > 0);
    await page.keyboard.press("Escape");
    assert(await page.locator("#tooltip").isHidden());
  });
});

test("live: the keyboard reaches everything", async () => {
  const queue = busyQueue();
  await withDashboard([queue, new FakeQueue()], async (live) => {
    tell(queue);
    await live.until(
      "!document.querySelector('#failures').hidden && !document.querySelector('#timeline').hidden",
    );
    const reached = new Set<string>();
    for (let i = 0; i < 30; i++) {
      await live.page.keyboard.press("Tab");
      reached.add(
        await live.page.evaluate(
          "document.activeElement.id || document.activeElement.tagName.toLowerCase()",
        ),
      );
    }
    for (const id of ["pause", "theme", "button", "zoom-in", "canvas", "summary"]) {
      assert(reached.has(id), `${id} of ${[...reached]}`);
    }
  });
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`live: every text can be read in ${colorScheme} colors`, async () => {
    const queue = busyQueue();
    await withDashboard([queue, new FakeQueue()], async (live) => {
      tell(queue);
      await live.until("!document.querySelector('#timeline').hidden");
      await assertAllReadable(live);
      const background = await live.page.evaluate(
        "getComputedStyle(document.body).backgroundColor",
      );
      await live.page.click("#theme");
      await live.settle();
      assertNotEquals(
        await live.page.evaluate("getComputedStyle(document.body).backgroundColor"),
        background,
      );
      await assertAllReadable(live);
    }, { colorScheme });
  });
}

test("live: figures of millions have room beside each other", async () => {
  const queue = busyQueue();
  const millions = { succeeded: 12_388_635, failed: 1_014_465, retried: 1_014_465 };
  queue.stats = { ...queue.stats, ...millions };
  for (const width of [1400, 400]) {
    await withDashboard(queue, async (live) => {
      await live.shows("Succeeded", "12,388,635");
      const tooWide = `[...document.querySelectorAll("#figures dd")]
        .filter((it) => it.scrollWidth > it.clientWidth).map((it) => it.innerText)`;
      assertEquals(await live.page.evaluate(tooWide), []);
    }, { viewport: { width, height: 900 } });
  }
});

test("live: nothing is wider than a window of 400 pixels", async () => {
  const queue = busyQueue();
  const long = "aVeryLongNameWithoutAnyPlaceToBreakItAt".repeat(5);
  queue.loads = [{ limit: long, key: long, waiting: 1, running: 1 }];
  await withDashboard({ [long]: queue, mails: new FakeQueue() }, async (live) => {
    tell(queue);
    queue.start("q-30", long);
    queue.end(failed(new Error(long), 1, 1, 2, { name: long }));
    await live.until(
      "!document.querySelector('#timeline').hidden && !document.querySelector('#failures').hidden",
    );
    assertEquals(await live.page.evaluate("document.documentElement.scrollWidth"), 400);
  }, { viewport: { width: 400, height: 800 } });
});

test("live: names, keys and errors are text, never markup", async () => {
  const hostile = `<img src=x onerror="harmed = true"></script>`;
  const queue = busyQueue();
  queue.loads = [{ limit: hostile, key: hostile, waiting: 1, running: 1 }];
  await withDashboard({ [hostile]: queue, other: new FakeQueue() }, async (live) => {
    const error = Object.assign(new Error(hostile), { name: hostile, stack: hostile });
    const now = performance.now();
    queue.end(failed(error, 1, now - 900, now, { name: hostile, id: hostile }));
    queue.start(hostile, hostile);
    await live.until("!document.querySelector('#failures').hidden");
    await live.until("!document.querySelector('#running').hidden");
    assertEquals(await live.texts("#title"), [hostile]);
    assertEquals(await live.texts("#failures-list .message"), [hostile]);
    assertEquals(await live.page.evaluate("typeof harmed"), "undefined");
    assertEquals(await live.page.locator("img").count(), 0);
  });
});

/** Stands in for the browser's own, so that a test can send an hour of updates in seconds. */
const FED_SOURCE = `
globalThis.EventSource = class extends EventTarget {
  readyState = 1;
  constructor() {
    super();
    globalThis.feed = (updates) => {
      for (const data of updates) this.dispatchEvent(new MessageEvent("update", { data }));
      frames.length = 0;
    };
  }
  close() {}
};
`;

test("live: a tab that is left open does not grow", async () => {
  const queue = busyQueue();
  let now = performance.now();
  const recorder = new Recorder(queue, "a", () => now);
  const publisher = new Publisher([recorder, new Recorder(queue, "b", () => now)]);
  let texts: string[] = [];
  const page = {
    ...{ queue: 0, told: undefined, full: false, end() {} },
    send: (_: string, data: string) => void texts.push(data),
  };
  /** The next updates: each with other names and causes, and more attempts. */
  const updates = (count: number) => {
    texts = [];
    for (let i = 0; i < count; i++) {
      now += 250;
      for (let j = 0; j < 20; j++) {
        queue.end(
          ran(1 + j % 4, now - 200, now - 100 + j, { name: `name ${now / 250 % 500 | 0}` }),
        );
      }
      const error = Object.assign(new Error("no"), {
        name: `Error${now / 250 % 500 | 0}`,
        stack: "",
      });
      queue.end(failed(error, 2, now - 200, now - 150));
      publisher.publish([page]);
    }
    return texts;
  };
  await withDashboard(queue, async ({ page }) => {
    const session = await page.context().newCDPSession(page);
    const feed = async (count: number) => {
      for (let fed = 0; fed < count; fed += 50) {
        await page.evaluate(`feed(${JSON.stringify(updates(50))})`);
      }
    };
    const size = async () => {
      await session.send("HeapProfiler.collectGarbage");
      const { usedSize } = await session.send("Runtime.getHeapUsage");
      const nodes = await page.evaluate<number>("document.querySelectorAll('*').length");
      return { heap: usedSize, nodes };
    };
    // After so many the lists are as long as they get.
    await feed(300);
    const before = await size();
    await feed(900);
    const after = await size();
    assert(after.nodes <= before.nodes * 1.05, `${before.nodes} to ${after.nodes} elements`);
    assert(after.heap <= before.heap * 1.2, `${before.heap} to ${after.heap} bytes`);
  }, { script: FED_SOURCE });
});
