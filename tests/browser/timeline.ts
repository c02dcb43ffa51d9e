import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { test } from "../harness.ts";
import { failed, ran, summaryOf } from "../unit/report/support.ts";
import { type Report, withReport } from "./report.ts";

/** Ten jobs of 90 ms, one after the other, by turns on two workers. */
const jobs = summaryOf(
  Array.from(
    { length: 10 },
    (_, i) =>
      i === 3
        ? failed(new RangeError("too much"), 2, 300, 390, { id: "q-3", name: "job 3" })
        : ran(1 + i % 2, i * 100, i * 100 + 90, { id: `q-${i}`, name: `job ${i}` }),
  ),
  { duration: 1000 },
);

/** A task that was tried three times, on a higher row each time, with what it waited for. */
const retried = summaryOf([
  ran(1, 0, 200, { name: "other" }),
  ran(1, 700, 900, {
    ...{ id: "q-retried", name: "retried", attempts: 3, startedAt: 300, duration: 600 },
    attemptHistory: [
      {
        number: 1,
        workerId: 3,
        startedAt: 300,
        finishedAt: 400,
        errorName: "Error",
        message: "1st",
      },
      {
        number: 2,
        workerId: 2,
        startedAt: 500,
        finishedAt: 600,
        errorName: "Error",
        message: "2nd",
      },
      { number: 3, workerId: 1, startedAt: 700, finishedAt: 900 },
    ],
  }),
]);

async function drawnJobs(report: Report): Promise<string[]> {
  return (await report.frame()).texts.map(({ text }) => text)
    .filter((text) => text.startsWith("job")).sort();
}

/** Presses Tab until the timeline has the focus. */
async function focusTimeline({ page }: Report): Promise<void> {
  for (let i = 0; i < 20; i++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate("document.activeElement === canvas")) return;
  }
  throw new Error("The timeline is out of reach of the Tab key");
}

test("timeline: attempts are where and when they ran, in the colors of the legend", async () => {
  await withReport(jobs, async (report) => {
    assertEquals(await report.page.inputValue("#color-by"), "status");
    const scale = await report.scale();
    const { texts } = await report.frame();
    for (const [row, name, time] of [["Worker 1", "succeeded", 280], ["Worker 2", "failed", 380]]) {
      const { y } = texts.find(({ text }) => text === row)!;
      const color = await report.page.evaluate(
        `getComputedStyle(document.querySelector(".swatch.${name}")).backgroundColor`,
      );
      assertEquals(await report.pixel(scale.x(time as number), y), color);
      assert(await report.pixel(scale.x(time as number + 100), y) !== color, "it ends");
    }
  });
});

test("timeline: names that come again have colors, which the legend and the table have too", async () => {
  const named = summaryOf([
    ...Array.from({ length: 4 }, (_, i) => ran(1, i * 100, i * 100 + 90, { name: "fetch" })),
    ...Array.from({ length: 4 }, (_, i) => ran(2, i * 100, i * 100 + 40, { name: "parse" })),
    failed(new Error("no"), 2, 400, 490, { name: "parse" }),
  ]);
  await withReport(named, async (report) => {
    const { page } = report;
    const color = (selector: string) =>
      page.evaluate<string>(
        `getComputedStyle(document.querySelector("${selector}")).backgroundColor`,
      );
    assertEquals(await page.inputValue("#color-by"), "name");
    assertEquals(await report.texts("#legend-names > span"), ["fetch", "parse"]);
    const scale = await report.scale();
    const at = async (row: string, time: number, below = 0) => {
      const { y } = (await report.frame()).texts.find(({ text }) => text === row)!;
      return report.pixel(scale.x(time), y + below);
    };
    assertEquals(await at("Worker 1", 80), await color("#legend-names .name-0"));
    assertEquals(await at("Worker 2", 35), await color("#legend-names .name-1"));
    assertEquals(await at("Worker 2", 35), await color("#kinds-table .name-1"));
    assertEquals(
      await at("Worker 2", 480, 10),
      await color(".swatch.failed"),
      "still seen to fail",
    );
    await page.selectOption("#color-by", "status");
    assertEquals(await at("Worker 1", 80), await color(".swatch.succeeded"));
    assert(await page.locator("#legend-names").isHidden());
  });
});

test("timeline: the wheel zooms at the pointer, and out again", async () => {
  await withReport(jobs, async (report) => {
    const { page } = report;
    const whole = await report.scale();
    assertEquals((await drawnJobs(report)).length, 10);
    await report.hover("Worker 1", 250);
    const x = whole.x(250);
    for (let i = 0; i < 5; i++) await page.mouse.wheel(0, -100);
    await report.until(
      "frames.at(-1).texts.filter(({ text }) => /^job/.test(text)).length < 5",
    );
    const near = await report.scale();
    assert(near.perPixel < whole.perPixel / 3, `${near.perPixel}`);
    assertAlmostEquals(near.timeAt(x), 250, 2);
    assertEquals(await drawnJobs(report), ["job 2", "job 3"]);
    for (let i = 0; i < 8; i++) await page.mouse.wheel(0, 100);
    await report.until(
      "frames.at(-1).texts.filter(({ text }) => /^job/.test(text)).length === 10",
    );
    assertEquals(await report.scale(), whole);
  });
});

test("timeline: dragging moves it by as much, and the buttons zoom and reset it", async () => {
  await withReport(jobs, async (report) => {
    const { page } = report;
    const whole = await report.scale();
    await page.click("#zoom-in");
    const before = await report.scale();
    assertAlmostEquals(before.perPixel, whole.perPixel / 2, 1e-6);
    const { x, y } = await report.place("Worker 1", 500);
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x - 200, y, { steps: 4 });
    await page.mouse.up();
    const after = await report.scale();
    assertAlmostEquals(after.perPixel, before.perPixel, 1e-6);
    assertAlmostEquals(after.timeAt(300), before.timeAt(500), 1);
    await page.click("#zoom-out");
    assertAlmostEquals((await report.scale()).perPixel, whole.perPixel, 1e-6);
    await page.click("#zoom-in");
    await page.click("#zoom-all");
    assertEquals(await report.scale(), whole);
  });
});

test("timeline: two fingers zoom, and what was between them stays", async () => {
  await withReport(jobs, async (report) => {
    const whole = await report.scale();
    const { x, y } = await report.place("Worker 1", 500);
    const session = await report.page.context().newCDPSession(report.page);
    const touch = (type: "touchStart" | "touchMove" | "touchEnd", xs: number[]) =>
      session.send("Input.dispatchTouchEvent", {
        type,
        touchPoints: xs.map((x, id) => ({ x, y, id })),
      });
    await touch("touchStart", [x - 20]);
    await touch("touchStart", [x - 20, x + 20]);
    for (let by = 30; by <= 100; by += 10) await touch("touchMove", [x - by, x + by]);
    await touch("touchEnd", []);
    const near = await report.scale();
    assertAlmostEquals(near.perPixel, whole.perPixel / 5, whole.perPixel / 20);
    assertAlmostEquals(near.timeAt(whole.x(500)), 500, 20);
    assertEquals(await report.page.evaluate("visualViewport.scale"), 1);
  }, { hasTouch: true });
});

test("timeline: hovering tells of the attempt under the pointer", async () => {
  await withReport(jobs, async (report) => {
    await report.hover("Worker 2", 345);
    assertEquals(await report.texts("#tooltip strong, #tooltip .status, #tooltip .message"), [
      ...["job 3", "failed", "RangeError: too much"],
    ]);
    assertEquals(await report.texts("#tooltip dd"), [
      ...["q-3", "2", "3", "300 ms", "300 ms", "90 ms"],
    ]);
    await report.hover("Worker 1", 395);
    assert(await report.page.locator("#tooltip").isHidden());
  });
});

test("timeline: its keys zoom, move and go from attempt to attempt", async () => {
  await withReport(jobs, async (report) => {
    const { keyboard } = report.page;
    const whole = await report.scale();
    await focusTimeline(report);
    await keyboard.press("+");
    const near = await report.scale();
    assertAlmostEquals(near.perPixel, whole.perPixel * 0.7, 1e-6);
    await keyboard.press("ArrowRight");
    const right = await report.scale();
    assertAlmostEquals(right.timeAt(500) - near.timeAt(500), 70, 1);
    await keyboard.press("ArrowLeft");
    assertAlmostEquals((await report.scale()).timeAt(500), near.timeAt(500), 1);
    await keyboard.press("-");
    assertAlmostEquals((await report.scale()).perPixel, whole.perPixel, 1e-6);
    await keyboard.press("+");
    await keyboard.press("0");
    assertEquals(await report.scale(), whole);

    const titles = [];
    for (const key of ["n", "n", "p"]) {
      await keyboard.press(key);
      titles.push(...await report.texts("#tooltip strong"));
    }
    assertEquals(titles, ["job 0", "job 2", "job 0"]);
    await keyboard.press("Escape");
    assert(await report.page.locator("#tooltip").isHidden());
  });
});

test("timeline: a task of a table is shown by its last attempt, with a line for its wait until the first", async () => {
  await withReport(retried, async (report) => {
    const name = report.page.locator("#tasks-table button.name", { hasText: "retried" });
    await name.focus();
    await report.page.keyboard.press("Enter");
    const [, attempt, worker] = await report.texts("#tooltip dd");
    assertEquals([attempt, worker], ["3 of 3", "1"]);
    const scale = await report.scale();
    const { rectangles, texts } = await report.frame();
    const lines = rectangles.filter(([, , width, height]) => height === 2 && width > 2);
    assertEquals(lines.length, 1);
    const [x, y, width] = lines[0]!;
    assertAlmostEquals(x + width, scale.x(300), 0.01);
    const row = texts.find(({ text }) => text === "Worker 3")!;
    assert(y > row.y && y < row.y + 14, "on the row of the first attempt");
  });
});

test("timeline: of 100,000 tasks, no more is drawn than can be seen, and soon", async () => {
  const many = summaryOf(Array.from({ length: 100_000 }, (_, i) => {
    const start = Math.floor(i / 16) * 10 + i % 7;
    return ran(1 + i % 16, start, start + 3, { id: `q-${i}`, name: `kind ${i % 5}` });
  }));
  await withReport(many, async (report) => {
    const { page } = report;
    const { x, y, width, height } = (await page.locator("#canvas").boundingBox())!;
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.evaluate("frames.length = 0");
    for (let i = 0; i < 12; i++) {
      await page.mouse.wheel(0, i < 6 ? -100 : 100);
      await report.settle();
    }
    const frames = await page.evaluate<{ took: number; count: number }[]>(
      "frames.map(({ took, rectangles }) => ({ took, count: rectangles.length }))",
    );
    for (const { count } of frames) assert(count < 16 * 2 * width, `${count} rectangles`);
    const median = frames.map(({ took }) => took).sort((a, b) => a - b)[frames.length >> 1]!;
    assert(median < 200, `${median} ms`);

    await page.fill("#search", "q-99999");
    await report.until("document.querySelectorAll('#tasks-table tbody tr').length === 1");
    assertEquals(await report.texts("#found"), ["1–1 of 1"]);
  });
});

test("timeline: of 10,000 tasks, no more is drawn than can be seen, and soon", async () => {
  const many = summaryOf(
    Array.from(
      { length: 10_000 },
      (_, i) => ran(1 + i % 2, i, i + 1.8, { id: `q-${i}`, name: `job ${i}` }),
    ),
  );
  await withReport(many, async (report) => {
    const { page } = report;
    const wide = (await page.locator("#canvas").boundingBox())!.width;
    assert((await report.frame()).rectangles.length < 2 * 2 * wide, "two a pixel on each row");
    await report.hover("Worker 1", 5000);
    await report.frames();
    for (let i = 0; i < 20; i++) {
      await page.mouse.wheel(0, i < 10 ? -100 : 100);
      await report.settle();
    }
    const frames = await report.frames();
    assert(frames.length >= 15, `${frames.length} frames`);
    for (const { rectangles } of frames) assert(rectangles.length < 2 * 2 * wide);
    const median = frames.map(({ took }) => took).sort((a, b) => a - b)[frames.length >> 1]!;
    assert(median < 100, `${median} ms`);

    for (let i = 0; i < 30; i++) await page.mouse.wheel(0, -100);
    await report.until("frames.at(-1)?.rectangles.length < 100");
    assertMatch((await drawnJobs(report)).join(), /^job \d+/);
  });
});
