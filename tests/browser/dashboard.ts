/**
 * A dashboard, opened in a real browser.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { BrowserContextOptions, Page } from "playwright-core";
import { type Dashboard, dashboard } from "../../src/dashboard/mod.ts";
import { launch } from "./chromium.ts";
import { RECORDER, Report } from "./report.ts";

/** Runs in the page before its own script, and counts the updates that it is told. */
const UPDATE_COUNTER = `
globalThis.updates = 0;
globalThis.EventSource = class extends EventSource {
  constructor(url) {
    super(url);
    this.addEventListener("update", () => globalThis.updates++);
  }
};
`;

/** What a user sees and does. */
export class LivePage extends Report {
  readonly dashboard: Dashboard;

  constructor(page: Page, dashboard: Dashboard) {
    super(page);
    this.dashboard = dashboard;
  }

  /** Waits until the figure of a label is shown so. */
  shows(label: string, value: string): Promise<void> {
    const figures = "[...document.querySelectorAll('#figures .figure')]";
    return this.until(
      `${figures}.some((it) => it.innerText === ${JSON.stringify(`${label}\n${value}`)})`,
    );
  }

  /** Waits until the page has been told of what happened before this call. */
  async nextUpdate(): Promise<void> {
    const told = await this.page.evaluate<number>("updates");
    // What is under way may be older.
    await this.until(`updates > ${told + 1}`);
  }

  /** Waits until the page says so of its connection. */
  connection(text: string): Promise<void> {
    return this.until(
      `document.querySelector("#connection").innerText === ${JSON.stringify(text)}`,
    );
  }
}

/**
 * Opens a dashboard, and closes it after the test. The test fails, too, if the page throws, or asks for anything but itself.
 *
 * @param queues What it shows.
 * @param test What to do with it.
 * @param options The size of the window, whether it is dark, and so on.
 */
export async function withDashboard(
  queues: Parameters<typeof dashboard>[0],
  test: (page: LivePage) => Promise<void>,
  { script, ...options }: BrowserContextOptions & {
    /** Runs in the page before its own. */
    readonly script?: string;
  } = {},
): Promise<void> {
  await using served = await dashboard(queues);
  const browser = await launch();
  try {
    const context = await browser.newContext({
      viewport: { width: 1200, height: 900 },
      ...options,
    });
    const page = await context.newPage();
    const seen: string[] = [];
    page.on("pageerror", (error) => seen.push(`thrown: ${error.message}`));
    page.on("request", (request) => {
      if (!request.url().startsWith(served.url)) seen.push(`request: ${request.url()}`);
    });
    await page.addInitScript({ content: RECORDER + UPDATE_COUNTER });
    if (script !== undefined) await page.addInitScript({ content: script });
    await page.goto(served.url);
    await test(new LivePage(page, served));
    assertEquals(seen, []);
  } finally {
    await browser.close();
  }
}
