import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { test } from "../harness.ts";
import { cancelled, failed, ran, summaryOf } from "../unit/report/support.ts";
import { assertAllReadable, luminance } from "./readable.ts";
import { type Report, withReport } from "./report.ts";

const LONG = "aVeryLongNameWithoutAnyPlaceToBreakItAt".repeat(5);

/** Everything that a page can show, with texts of any length. */
const varied = summaryOf([
  ran(1, 0, 100, { name: "short" }),
  ran(1, 110, 400, { name: LONG, id: LONG }),
  failed(new RangeError(LONG), 2, 0, 200, { name: LONG }),
  ran(2, 300, 500, {
    ...{ name: "again", startedAt: 210, attempts: 2 },
    attemptHistory: [
      {
        number: 1,
        workerId: 2,
        startedAt: 210,
        finishedAt: 290,
        errorName: "Error",
        message: "no",
      },
      { number: 2, workerId: 2, startedAt: 300, finishedAt: 500 },
    ],
  }),
  cancelled(LONG, 300),
], { more: 3 });

/** Checks that every text can be read, those on the canvas too. */
async function assertReadable(report: Report): Promise<void> {
  const { texts } = await report.frame();
  assert(
    texts.some(({ text }) => text === "short") && texts.some(({ text }) => text === "Worker 1"),
  );
  await assertAllReadable(report);
}

const background = (report: Report) =>
  report.page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
/** The color of the canvas, beside the names of its rows. */
const canvasColor = (report: Report) => report.pixel(1, 40);

for (const colorScheme of ["light", "dark"] as const) {
  test(`look: every text can be read in ${colorScheme} colors`, async () => {
    await withReport(varied, async (report) => {
      await report.hover("Worker 2", 250);
      assert(await report.page.locator("#tooltip").isVisible());
      const luminous = luminance(await background(report));
      assert(colorScheme === "light" ? luminous > 0.7 : luminous < 0.1, `${luminous}`);
      await assertReadable(report);
    }, { colorScheme });
  });
}

test("look: the page and its canvas follow the system's colors, and the button", async () => {
  await withReport(varied, async (report) => {
    const colors = async () => {
      await report.settle();
      return [await background(report), await canvasColor(report)];
    };
    const light = await colors();
    await report.page.emulateMedia({ colorScheme: "dark" });
    const dark = await colors();
    light.forEach((color, i) => assertNotEquals(color, dark[i]));
    await report.page.click("#theme");
    assertEquals(await colors(), light);
    await assertReadable(report);
    await report.page.click("#theme");
    assertEquals(await colors(), dark);
  }, { colorScheme: "light" });
});

for (const width of [400, 320]) {
  test(`look: nothing is wider than a window of ${width} pixels`, async () => {
    await withReport(varied, async (report) => {
      const { page } = report;
      for (const closed of await page.locator("details:not([open]) summary").all()) {
        await closed.click();
      }
      await report.hover("2", 100);
      assert(await page.locator("#tooltip").isVisible());
      assertEquals(await page.evaluate("document.documentElement.scrollWidth"), width);
      const right =
        "Array.from(document.querySelectorAll('section, #tooltip, header *'), (element) => element.getBoundingClientRect().right)";
      assert(Math.max(...await page.evaluate<number[]>(right)) <= width);
    }, { viewport: { width, height: 800 } });
  });
}

test("look: is printed in light colors, with everything open and no buttons, and is then as before", async () => {
  await withReport(varied, async (report) => {
    const { page } = report;
    const state = async () => {
      await report.settle();
      return [
        await background(report),
        await canvasColor(report),
        await page.locator("details:not([open])").count(),
      ];
    };
    await page.locator("#failures-list summary").click();
    const before = await state();
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    await page.emulateMedia({ media: "print" });
    const [, canvas, closed] = await state();
    assertEquals([canvas, closed], ["rgb(255, 255, 255)", 0]);
    assertEquals(await page.locator("button:visible:not(.name):not(.sort)").count(), 0);
    await page.emulateMedia({ media: "screen" });
    await page.evaluate("dispatchEvent(new Event('afterprint'))");
    assertEquals(await state(), before);
  }, { colorScheme: "dark" });
});
