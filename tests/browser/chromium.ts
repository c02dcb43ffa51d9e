import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

/** What Chromium is called, the first that there is being taken. */
const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** It should do nothing but what it is told, on machines without a screen or a network, too. */
const FLAGS = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Starts a browser without a window.
 *
 * @param flags More for its command line.
 * @returns The browser, which ends when it is closed.
 * @throws `Error` if there is none.
 */
export function launch(...flags: readonly string[]): Promise<Browser> {
  const folders = Deno.env.get("PATH")?.split(delimiter) ?? [];
  const paths = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  const executablePath = paths.find((path) => existsSync(path));
  if (executablePath === undefined) {
    throw new Error(`Found no browser on PATH: looked for ${NAMES.join(", ")}`);
  }
  return chromium.launch({ executablePath, args: [...FLAGS, ...flags] });
}
