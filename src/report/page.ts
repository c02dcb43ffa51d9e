import { checkOptions, checks, type OptionChecks } from "../base/checks.ts";
import { show } from "../base/errors.ts";
import type { RunSummary } from "../queue/summary.ts";
import { assertSummary } from "./assert_summary.ts";
import { client } from "./client.generated.ts";
import { pageData } from "./data.ts";
import {
  causesSection,
  chartSections,
  escaped,
  htmlDocument,
  tableSection,
  timelineSection,
} from "./document.ts";
import { environment } from "./environment.ts";

/**
 * What a report says beside the run itself.
 *
 * @example
 * ```ts
 * import { AsyncQueue } from "@trilane/trilane";
 * import { type ReportOptions, toHTML } from "@trilane/trilane/report";
 *
 * const options: ReportOptions = { title: "Nightly import", details: { source: "orders.csv" } };
 * await using queue = new AsyncQueue();
 * queue.map((n: number) => n * n, [1, 2, 3]);
 * const page = toHTML(await queue.run(), options);
 * console.log(page.includes("Nightly import")); // true
 * ```
 */
export interface ReportOptions {
  /** The page's title and heading. Default: "Run report". */
  readonly title?: string;
  /**
   * What the reader should know of the run, by label: the program, its options. Shown in the header, after the time of
   * the run ("Started"), the program and the runtime, which they replace where they have the same label.
   */
  readonly details?: Readonly<Record<string, unknown>>;
}

const REPORT_OPTION_CHECKS: OptionChecks = { title: checks.string, details: checks.any };

/**
 * Makes a report to look at in a browser: totals, causes of failures and of retries, what waited, ran and ended when, a
 * timeline to zoom, the tasks by name, all of them in a list to search, filter and sort, latencies and the utilization
 * of the workers. It is one file that loads nothing, and is of the results that the queue keeps (option `retain`); it
 * says what it lacks. Of more than 100,000 tasks it shows those that failed, were tried again or ran the longest one by
 * one and puts the others together, so that the page stays below 3 MB.
 *
 * @param summary The run.
 * @param options What the page says beside the run.
 * @returns The page's source. Whatever the tasks are called and failed with is text there, never markup.
 * @throws {TypeError} When the summary is none, or an option is unknown or of the wrong type.
 *
 * @example
 * ```ts
 * import { AsyncQueue } from "@trilane/trilane";
 * import { toHTML } from "@trilane/trilane/report";
 * import { writeFile } from "node:fs/promises";
 * import { tmpdir } from "node:os";
 * import { join } from "node:path";
 *
 * await using queue = new AsyncQueue();
 * queue.map((n: number) => n * n, [1, 2, 3]);
 * const summary = await queue.run();
 * await writeFile(join(tmpdir(), "trilane-report.html"), toHTML(summary, { title: "Squares" }));
 * ```
 */
export function toHTML(summary: RunSummary, options: ReportOptions = {}): string {
  assertSummary(summary);
  checkOptions("report", options, REPORT_OPTION_CHECKS);
  const { title = "Run report", details = {} } = options;
  const shown = { ...environment(summary.startedAt), ...details };
  return htmlDocument({ title, body: body(title, shown), data: pageData(summary), script: client });
}

/** What a detail may be: anything. */
function detailText(value: unknown): string {
  return typeof value === "string" ? value : show(value);
}

function detailList(details: Readonly<Record<string, unknown>>): string {
  const rows = Object.entries(details)
    .filter(([, value]) => value !== undefined)
    .map(([label, value]) =>
      `<div><dt>${escaped(label)}</dt><dd>${escaped(detailText(value))}</dd></div>`
    );
  return `<dl id="details">${rows.join("")}</dl>`;
}

const NOTE =
  "Tasks wait from their submission, or from when they are due, to their first start. They run from then to " +
  "their end, with the waits between attempts.";

const body = (title: string, details: Readonly<Record<string, unknown>>) =>
  /* html */ `<div class="frame">
<header>
  <h1>${escaped(title)}</h1>
  <span id="verdict"></span>
  <button id="theme" type="button" aria-label="Switch between dark and light">◐</button>
  <p id="subtitle"></p>
  ${detailList(details)}
</header>
<main>
<noscript><p>This page shows its figures by a script, which is turned off here.</p></noscript>
<p id="missing" hidden></p>
<section aria-labelledby="totals-heading">
  <h2 id="totals-heading">Totals</h2>
  <dl id="figures"></dl>
  <div id="shares" aria-hidden="true"></div>
</section>
<div class="pair">
${causesSection("failures", "Failures by cause")}
${causesSection("retries", "Retries by cause")}
</div>
${causesSection("cancellations", "Cancellations by cause")}
<div class="pair">
${chartSections("Tasks ended over time")}
</div>
${timelineSection()}
${tableSection("kinds", "By name", `<p class="note" id="more-kinds" hidden></p>`)}
<section id="tasks" aria-labelledby="tasks-heading" hidden>
  <div class="head">
    <h2 id="tasks-heading">Tasks</h2>
    <span class="buttons">
      <input id="search" type="search" placeholder="Search" aria-label="Search names, ids, inputs and errors">
      <label>Status <select id="status-filter">
        <option value="">all</option><option>succeeded</option><option>failed</option><option>cancelled</option><option>retried</option>
      </select></label>
    </span>
  </div>
  <p id="filter" hidden><span id="filter-text"></span> <button type="button" id="no-filter" aria-label="Remove the filter">✕</button></p>
  <div class="scroll" tabindex="0" role="region" aria-labelledby="tasks-heading"><table id="tasks-table"><thead></thead><tbody></tbody></table></div>
  <div class="pages">
    <span id="found" role="status"></span>
    <button type="button" id="previous">Previous</button>
    <button type="button" id="next">Next</button>
  </div>
</section>
<div class="pair">
${tableSection("latency", "Latency", `<p class="note">${NOTE}</p>`)}
${tableSection("workers", "Workers")}
</div>
</main>
</div>`;
