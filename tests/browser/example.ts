import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { test } from "../harness.ts";
import { launch } from "./chromium.ts";

const EXAMPLE = new URL("../../examples/fractal.ts", import.meta.url).pathname;

/** Opens the page of the example in a window of so many pixels, and closes it. The test fails, too, if the page says anything. */
async function withPage(
  width: number,
  height: number,
  body: (page: Page) => Promise<void>,
): Promise<void> {
  const args = ["run", "--allow-all", "--no-check", "--no-lock", EXAMPLE];
  const server = new Deno.Command(Deno.execPath(), { args, stdout: "piped" }).spawn();
  const output = server.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const browser = await launch();
  try {
    const { value = "" } = await output.read();
    assertMatch(value, /^Open http:\S+\n$/);
    const page = await browser.newPage({ viewport: { width, height } });
    const seen: string[] = [];
    page.on("console", (message) => seen.push(message.text()));
    page.on("pageerror", (error) => seen.push(error.message));
    await page.goto(value.trimEnd().slice("Open ".length));
    await body(page);
    assertEquals(seen, []);
  } finally {
    await browser.close();
    server.kill();
    await output.cancel();
    await server.status;
  }
}

/** Waits until the page tells so of its tiles. */
async function tells(page: Page, text: string | RegExp): Promise<void> {
  await page.locator("#status", { hasText: text }).waitFor();
}

/** Waits until all that is on the screen is drawn. */
async function drawn(page: Page): Promise<void> {
  await page.waitForFunction("document.querySelector('progress').position === 1");
  assert(await colors(page) > 100, "there is a picture");
}

/** The numbers that the page tells. */
async function numbers(page: Page): Promise<{ seen: number; waiting: number; cancelled: number }> {
  const told = (await page.textContent("#status"))!.match(/\d+/g)!.map(Number);
  const [, seen, , , waiting, cancelled] = told;
  return { seen: seen!, waiting: waiting!, cancelled: cancelled! };
}

/** How many colors there are in the middle of the picture. */
function colors(page: Page): Promise<number> {
  return page.evaluate(`{
    const canvas = document.querySelector("canvas");
    const copy = new OffscreenCanvas(100, 100).getContext("2d", { willReadFrequently: true });
    copy.drawImage(canvas, 50 - canvas.width / 2, 50 - canvas.height / 2);
    new Set(new Uint32Array(copy.getImageData(0, 0, 100, 100).data.buffer)).size;
  }`);
}

test("example: a fractal is drawn on threads, and what nobody looks at any more is cancelled", () =>
  withPage(400, 400, async (page) => {
    assert(await page.evaluate("crossOriginIsolated"), "threads share memory");
    await drawn(page);
    await page.click("#pause");
    await tells(page, " 0 running");
    await page.click("#in");
    await tells(page, /^0 of/);
    const { seen, waiting, cancelled } = await numbers(page);
    assert(waiting > seen, "tiles around the screen are asked for in advance");
    assert(await colors(page) < 10, "nothing is drawn");
    await page.click("#in");
    await tells(page, ` ${waiting + cancelled} cancelled`);
    await page.click("#pause");
    await drawn(page);
  }));

test("example: what comes onto the screen has been drawn in advance", () =>
  withPage(400, 400, async (page) => {
    await drawn(page);
    await tells(page, " 0 waiting");
    await page.click("#pause");
    await tells(page, " 0 running");
    await page.mouse.move(200, 300);
    await page.mouse.down();
    await page.mouse.move(80, 200);
    await page.mouse.up();
    await tells(page, / 0 running .* [1-9]\d* waiting/);
    await drawn(page);
  }));
