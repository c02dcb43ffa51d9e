/**
 * Runs files of the conformance tests in Chromium: main.ts REPORT FILE…, where REPORT is written in the form of JUnit's.
 *
 * @module
 */
import { writeFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { launch } from "../chromium.ts";
import { bundle, PAGE } from "./bundle.ts";
import type { Outcome } from "./page.ts";
import { TestServer } from "./server.ts";

/** What came of a file's tests, in a page of its own, and of errors there that nobody caught. */
async function outcomesOf(file: string, url: string, browser: Browser): Promise<Outcome[]> {
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.stack ?? error.message));
  await page.goto(url);
  const outcomes = await page.evaluate<Outcome[]>(
    `import("/${PAGE}").then(({ run }) => run("/${file}"))`,
  ).catch((error) => void errors.push(error.message)) ?? [];
  await page.close();
  const stray = {
    name: `${file} leaves no error uncaught`,
    status: "failed",
    duration: 0,
  } as const;
  return [...outcomes, ...errors.map((error) => ({ ...stray, error }))];
}

const ENTITIES: Readonly<Record<string, string>> = {
  "<": "&lt;",
  ">": "&gt;",
  "&": "&amp;",
  '"': "&quot;",
};
const escape = (text: string) => text.replace(/[<>&"]/g, (char) => ENTITIES[char]!);

/** A report in the form of JUnit's. */
function reportOn(outcomes: readonly Outcome[]): string {
  const cases = outcomes.map(({ name, status, duration, error = "" }) => {
    const details = { passed: "", ignored: "<skipped/>", failed: failure(error) }[status];
    return `<testcase name="${escape(name)}" time="${duration / 1000}">${details}</testcase>\n`;
  });
  const failures = outcomes.filter(({ status }) => status === "failed").length;
  const totals = `tests="${outcomes.length}" failures="${failures}"`;
  return `<testsuites ${totals}>\n${cases.join("")}</testsuites>\n`;
}

const failure = (error: string) => `<failure type="failure">${escape(error)}</failure>`;

const [report, ...files] = Deno.args;
const outcomes: Outcome[] = [];
await using server = new TestServer(await bundle(files));
const browser = await launch();
try {
  for (const file of files) {
    console.log(`running tests from ./${file}`);
    const own = await outcomesOf(file, server.url, browser);
    for (const { name, status, duration, error } of own) {
      console.log(`${name} ... ${status} (${Math.round(duration)}ms)`);
      if (error !== undefined) console.log(error);
    }
    outcomes.push(...own);
  }
} finally {
  await browser.close();
  writeFileSync(report!, reportOn(outcomes));
}
if (outcomes.some(({ status }) => status === "failed")) Deno.exitCode = 1;
