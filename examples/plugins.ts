/**
 * `deno run -A examples/plugins.ts`: renders a page by plug-ins that nobody has read. Each runs in a child process which may do nothing but
 * compute (on Deno; elsewhere runtimes have no permissions), has two seconds, and may crash without harm.
 *
 * @module
 */
import { importTasks, ProcessQueue, WorkerCrashError } from "@trilane/trilane";

/** What a plug-in exports. */
interface Plugin {
  render(text: string): string;
}

const NAMES = ["polite", "curious", "endless", "fragile", "talkative"];

await using queue = new ProcessQueue({
  permissions: "Deno" in globalThis ? "none" : "inherit",
  // Nothing of this program's environment is there to be read.
  context: { env: {} },
  defaults: { timeout: 2000, grace: 0 },
});

const pages = NAMES.map((name) => {
  const { render } = importTasks<Plugin>(new URL(`./plugins/${name}.ts`, import.meta.url));
  return queue.submit(render, ["Hello"], { name });
});

for (const page of pages) {
  const result = await page;
  if (result.status === "succeeded") {
    console.log(`${page.name}: ${result.value}`);
  } else if (result.status === "failed" && result.error instanceof WorkerCrashError) {
    console.log(`${page.name} crashed with status ${result.error.exitCode}`);
  } else {
    console.log(`${page.name} failed: ${result.message}`);
  }
}
