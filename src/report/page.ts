import type { RunSummary } from "../queue/summary.ts";
import { checkOptions, checks, type OptionChecks } from "../base/checks.ts";
import { controls } from "./client/controls.ts";
import { dom } from "./client/dom.ts";
import { format } from "./client/format.ts";
import { main } from "./client/main.ts";
import { sections } from "./client/sections.ts";
import { timeline } from "./client/timeline.ts";
import { view } from "./client/view.ts";
import { pageData } from "./data.ts";
import { style } from "./style.ts";

/** The page's script: the pieces are functions, and `main` calls them. */
export const script = [format, dom, view, sections, timeline, controls, main].join("");

/** Nothing is loaded from anywhere: what the page needs is in it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline'",
  "style-src 'unsafe-inline'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** What a report says beside the run itself. */
export interface ReportOptions {
  /** The page's title and heading. Default: "Run report". */
  readonly title?: string;
  /** What the reader should know of the run, by label: the program, its options. Shown in the header. */
  readonly details?: Readonly<Record<string, unknown>>;
}

const REPORT_OPTION_CHECKS: OptionChecks = { title: checks.string, details: checks.any };

/**
 * Makes a report to look at in a browser: totals, latencies, throughput, utilization of the workers, a timeline
 * to zoom, the slowest tasks, and failures by cause. It is one file that loads nothing, and is of the results that
 * the queue keeps (option `retain`). Of many tasks the timeline shows those that did not succeed and the longest one by
 * one and puts the others together, so that the page stays below a few megabytes.
 *
 * @param summary The run.
 * @param options What the page says beside the run.
 * @returns The page's source. Whatever the tasks are called and failed with is text there, never markup.
 * @throws {TypeError} When an option is unknown or of the wrong type.
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
  checkOptions("report", options, REPORT_OPTION_CHECKS);
  const { title = "Run report", details = {} } = options;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
${body(title, details)}
<script type="application/json" id="data">${embed(pageData(summary))}</script>
<script>"use strict";
(() => {${script}})();
</script>
</body>
</html>
`;
}

/** Text as it may stand in markup. */
function escaped(text: string): string {
  return text.replace(/[<>&"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function detailList(details: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(details);
  if (entries.length === 0) return "";
  const rows = entries.map(([label, value]) =>
    `<dt>${escaped(label)}</dt><dd>${escaped(String(value))}</dd>`
  );
  return `<dl id="details">${rows.join("")}</dl>`;
}

/**
 * Data as it may stand in a script element: no text in it can end the element, or be anything but data.
 *
 * @param data What JSON can hold.
 * @returns Its source.
 */
export function embed(data: unknown): string {
  return JSON.stringify(data).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

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
<section id="throughput" aria-labelledby="throughput-heading" hidden>
  <h2 id="throughput-heading">Tasks ended over time</h2>
  <p class="most">At most <span id="throughput-most"></span></p>
  <div class="chart"><svg id="throughput-chart" role="img" preserveAspectRatio="none"></svg></div>
  <div class="ends" aria-hidden="true"><span>0</span><span id="throughput-end"></span></div>
</section>
<section id="latency" aria-labelledby="latency-heading" hidden>
  <h2 id="latency-heading">Latency</h2>
  <div class="scroll"><table id="latency-table"><thead></thead><tbody></tbody></table></div>
  <p class="note">Tasks wait from their submission, or from when they are due, to their first start. They run from then to their end, with the waits between attempts.</p>
</section>
</div>
<section id="timeline" aria-labelledby="timeline-heading" hidden>
  <h2 id="timeline-heading">Timeline</h2>
  <div class="bar">
    <span><span class="swatch succeeded"></span>succeeded</span>
    <span><span class="swatch failed"></span>failed</span>
    <span><span class="swatch retried"></span>failed, then retried</span>
    <span><span class="swatch cancelled"></span>cancelled</span>
    <span hidden><span class="swatch several"></span>several short ones</span>
    <span class="buttons">
      <button type="button" id="zoom-out" aria-label="Zoom out">−</button>
      <button type="button" id="zoom-in" aria-label="Zoom in">+</button>
      <button type="button" id="zoom-all">Whole run</button>
    </span>
  </div>
  <div id="timeline-frame">
    <div id="timeline-box">
      <canvas id="canvas" tabindex="0" role="application" aria-label="Timeline of attempts by worker" aria-describedby="timeline-help"></canvas>
      <div id="timeline-space"></div>
    </div>
    <div id="tooltip" role="status" hidden></div>
  </div>
  <p class="note" id="left-out" hidden></p>
  <p class="note keys" id="timeline-help">Wheel or pinch zooms, dragging moves. Keys: <kbd>+</kbd> <kbd>-</kbd> <kbd>0</kbd> zoom, <kbd>←</kbd> <kbd>→</kbd> move, <kbd>n</kbd> <kbd>p</kbd> go to the next and the previous attempt.</p>
</section>
<section id="failures" aria-labelledby="failures-heading" hidden>
  <h2 id="failures-heading">Failures by cause</h2>
  <div id="failures-list"></div>
</section>
<section id="cancellations" aria-labelledby="cancellations-heading" hidden>
  <h2 id="cancellations-heading">Cancellations by cause</h2>
  <div id="cancellations-list"></div>
</section>
<section id="slowest" aria-labelledby="slowest-heading" hidden>
  <h2 id="slowest-heading">Slowest tasks</h2>
  <div class="scroll"><table id="slowest-table"><thead></thead><tbody></tbody></table></div>
</section>
<section id="workers" aria-labelledby="workers-heading" hidden>
  <h2 id="workers-heading">Workers</h2>
  <div class="scroll"><table id="workers-table"><thead></thead><tbody></tbody></table></div>
</section>
</main>
</div>`;
