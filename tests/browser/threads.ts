import { assertEquals } from "@std/assert";
import { test } from "../harness.ts";
import { launch } from "./chromium.ts";
import { bundle } from "./conformance/bundle.ts";
import { TestServer } from "./conformance/server.ts";

const LIBRARY = "src/lanes/thread/mod.ts";

/** Runs in a page: starts threads whose module never comes; what becomes of a task, and how many threads are left. */
const GIVE_UP = `
  import("/${LIBRARY}").then(async ({ inlineTask, ThreadQueue }) => {
    const workerUrl = new URL("/never.js", location);
    const queue = new ThreadQueue({ workers: 1, startTimeout: 50, workerUrl });
    const { message } = await queue.submit(inlineTask(() => 1));
    await queue.shutdown();
    return [message, queue.stats.abandoned];
  })
`;

test("threads: those that are still loading when their time is up are ended", async () => {
  await using server = new TestServer(await bundle([LIBRARY]));
  const browser = await launch();
  try {
    const page = await browser.newPage();
    const warnings: string[] = [];
    page.on("console", (message) => warnings.push(message.text()));
    await page.route("**/never.js", () => {});
    await page.goto(server.url);
    assertEquals(await page.evaluate(GIVE_UP), ["Worker 1 was not ready in time", 0]);
    assertEquals(warnings, []);
  } finally {
    await browser.close();
  }
});
