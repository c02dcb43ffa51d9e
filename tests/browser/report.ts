/**
 * A report, opened in a real browser.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { pathToFileURL } from "node:url";
import type { BrowserContextOptions, Page } from "playwright-core";
import type { RunSummary } from "../../mod.ts";
import { toHTML } from "../../src/report/mod.ts";
import { launch } from "./chromium.ts";

/** What was drawn on the canvas at once. Lengths are in pixels. */
export interface Frame {
  readonly texts: readonly {
    readonly text: string;
    readonly x: number;
    readonly y: number;
    readonly color: string;
  }[];
  readonly rectangles: readonly (readonly [x: number, y: number, width: number, height: number])[];
  /** How long the drawing took, in milliseconds. */
  readonly took: number;
}

/** Runs in the page before its own script, and notes in `frames` what is drawn: each time from an empty canvas on. */
export const RECORDER = `
globalThis.frames = [];
let frame;
const { clearRect, fillRect, fillText } = CanvasRenderingContext2D.prototype;
const draw = (method, context, args) => {
  method.apply(context, args);
  frame.took = performance.now() - frame.start;
};
Object.assign(CanvasRenderingContext2D.prototype, {
  clearRect(...args) {
    frame = { texts: [], rectangles: [], start: performance.now() };
    frames.push(frame);
    draw(clearRect, this, args);
  },
  fillRect(...args) {
    frame.rectangles.push(args);
    draw(fillRect, this, args);
  },
  fillText(...args) {
    const [text, x, y] = args;
    frame.texts.push({ text, x, y, color: this.fillStyle });
    draw(fillText, this, args);
  },
});
`;

/**
 * Opens a report from a file, and closes it after the test. The test fails, too, if the page says anything on the
 * console, throws, or asks for anything but itself.
 *
 * @param summary What the report is of.
 * @param test What to do with it.
 * @param options The size of the window, whether it is dark, and so on.
 */
export async function withReport(
  summary: RunSummary,
  test: (report: Report) => Promise<void>,
  options: BrowserContextOptions = {},
): Promise<void> {
  const file = await Deno.makeTempFile({ suffix: ".html" });
  const browser = await launch();
  try {
    await Deno.writeTextFile(file, toHTML(summary));
    const address = pathToFileURL(file).href;
    const context = await browser.newContext({
      viewport: { width: 1200, height: 900 },
      ...options,
    });
    const page = await context.newPage();
    const seen: string[] = [];
    page.on("console", (message) => seen.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => seen.push(`thrown: ${error.message}`));
    page.on("request", (request) => seen.push(`request: ${request.url()}`));
    await page.addInitScript({ content: RECORDER });
    await page.goto(address);
    await test(new Report(page));
    assertEquals(seen, [`request: ${address}`]);
  } finally {
    await browser.close();
    await Deno.remove(file);
  }
}

/** What a user sees and does. */
export class Report {
  constructor(readonly page: Page) {}

  /** The texts of all elements that a selector finds. */
  texts(selector: string): Promise<string[]> {
    return this.page.locator(selector).allTextContents();
  }

  /** The cells of a table's body, row by row. */
  async cells(id: string): Promise<string[][]> {
    const rows = await this.page.locator(`#${id} tbody tr`).all();
    return Promise.all(rows.map((row) => row.locator("th, td").allTextContents()));
  }

  /** Waits until all that was asked for is drawn. */
  async settle(): Promise<void> {
    await this.page.evaluate(
      "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))",
    );
  }

  /** Waits until an expression is true in the page. */
  async until(expression: string): Promise<void> {
    const isTrue = () => this.page.evaluate(expression).catch(wasReplaced);
    while (!await isTrue()) await this.settle().catch(wasReplaced);
  }

  /** All that has been drawn since the last call. */
  async frames(): Promise<Frame[]> {
    await this.settle();
    return this.page.evaluate("frames.splice(0)");
  }

  /** What is on the canvas now. */
  async frame(): Promise<Frame> {
    await this.settle();
    return this.page.evaluate("frames.at(-1)");
  }

  /** The times that the timeline shows, as its ticks have them. */
  async scale(): Promise<Scale> {
    const { texts } = await this.frame();
    const ticks = texts.filter(({ text }) => /^[\d.,]+ m?s$/.test(text))
      .map(({ text, x }) => ({ time: milliseconds(text), x: x - 4 }));
    const [first, last] = [ticks[0]!, ticks.at(-1)!];
    return new Scale(first.time, first.x, (last.time - first.time) / (last.x - first.x));
  }

  /** Moves the pointer to what ran at a time, on the row of that name. */
  async hover(row: string, time: number): Promise<void> {
    const { x, y } = await this.place(row, time);
    await this.page.mouse.move(x, y);
    await this.settle();
  }

  /** Where that is in the window. */
  async place(row: string, time: number): Promise<{ x: number; y: number }> {
    const canvas = this.page.locator("#canvas");
    await canvas.scrollIntoViewIfNeeded();
    const box = (await canvas.boundingBox())!;
    const scale = await this.scale();
    const { y } = (await this.frame()).texts.find(({ text }) => text === row)!;
    return { x: box.x + scale.x(time), y: box.y + y };
  }

  /** The color of a pixel of the canvas, as `rgb(…)`. */
  async pixel(x: number, y: number): Promise<string> {
    // Read from a copy: a canvas that is read again and again says so on the console.
    const [red, green, blue] = await this.page.evaluate<number[]>(`(() => {
      const copy = new OffscreenCanvas(1, 1).getContext("2d");
      copy.drawImage(canvas, ${-Math.round(x)}, ${-Math.round(y)});
      return Array.from(copy.getImageData(0, 0, 1, 1).data);
    })()`);
    return `rgb(${red}, ${green}, ${blue})`;
  }
}

/** Whether the page was loaded anew in the meantime, which is no failure: the new one is asked next. */
function wasReplaced(error: Error): false {
  if (/context was destroyed|navigat/.test(error.message)) return false;
  throw error;
}

/** How times become places on the canvas. */
class Scale {
  constructor(readonly time: number, readonly at: number, readonly perPixel: number) {}

  x(time: number): number {
    return this.at + (time - this.time) / this.perPixel;
  }
  timeAt(x: number): number {
    return this.time + (x - this.at) * this.perPixel;
  }
}

/** Reads a length of time, as the page writes it. */
export function milliseconds(text: string): number {
  const [, number, unit] = text.match(/^([\d.,]+) (m?s)$/)!;
  return Number(number!.replaceAll(",", "")) * (unit === "s" ? 1000 : 1);
}
