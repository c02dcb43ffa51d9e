/**
 * Fills the sections of a report, but for the timeline and the list of tasks.
 *
 * @module
 */
import { NAME_COLORS } from "../colors.ts";
import type { PageData } from "../page_data.ts";
import { drawArea, drawBars } from "./charts.ts";
import { byId, type Column, element, fillTable, setText, show } from "./dom.ts";
import {
  digits,
  formatCount,
  formatShare,
  formatTick,
  formatTime,
  plural,
  type Unit,
} from "./format.ts";

const VERDICTS: Record<PageData["verdict"], readonly [look: string, text: string]> = {
  passed: ["succeeded", "Passed"],
  failed: ["failed", "Completed with failures"],
  cancelled: ["cancelled", "Completed with cancellations"],
  "timed out": ["failed", "Timed out"],
};

/** The verdict, and what is missing. */
export function fillHeader(data: PageData, unit: Unit): void {
  const [look, text] = VERDICTS[data.verdict];
  byId("verdict").append(element("span", `verdict ${look}`, text));
  byId("subtitle").textContent = [
    plural(data.total, "task"),
    ...data.workers.length > 0 ? [plural(data.workers.length, "worker")] : [],
    formatTime(data.duration, unit),
  ].join(" · ");
  const missing = data.total - data.kept;
  if (missing === 0) return;
  byId("missing").textContent = data.kept === 0
    ? "The counts are of all tasks. Their results were not kept, so there is nothing to show of each: see the queue's option “retain”."
    : `The counts are of all tasks. All else is of the last ${plural(data.kept, "task")}: the ` +
      `results of ${formatCount(missing)} were not kept. See the queue's option “retain”.`;
  show("missing");
}

/** How many tasks there were, how they ended, and how fast. */
export function fillTotals(data: PageData, unit: Unit): void {
  const ran = data.succeeded + data.failed;
  const perSecond = data.duration > 0 ? ran / data.duration * 1000 : 0;
  const workers = data.workers.length;
  const busy = data.workers.reduce((sum, worker) => sum + worker.busy, 0);
  const known = data.kept > 0 && data.span > 0 && workers > 0;
  const figures: [label: string, value: string, look?: string][] = [
    ["Tasks", formatCount(data.total)],
    ["Succeeded", formatCount(data.succeeded), "succeeded"],
    ["Failed", formatCount(data.failed), "failed"],
    ["Cancelled", formatCount(data.cancelled), "cancelled"],
    [
      "Retries",
      data.kept === 0 && data.total > 0 ? "–" : formatCount(data.retries),
      "retried",
    ],
    ["Duration", formatTime(data.duration, unit)],
    ["Tasks a second", perSecond === 0 ? "–" : digits(perSecond)],
    ["Workers busy", known ? formatShare(Math.min(1, busy / data.span / workers)) : "–"],
  ];
  byId("figures").append(...figures.map(([label, value, look]) =>
    element(
      "div",
      "figure",
      element("dt", look === undefined ? "" : `status ${look}`, label),
      element("dd", "", value),
    )
  ));
  fillShares(data);
}

/** A bar of how the tasks ended. */
export function fillShares(
  counts: { readonly succeeded: number; readonly failed: number; readonly cancelled: number },
): void {
  byId("shares").replaceChildren(
    ...(["succeeded", "failed", "cancelled"] as const).filter((name) => counts[name] > 0).map(
      (name) => {
        const part = element("span", `fill ${name}`);
        part.style.flexGrow = String(counts[name]);
        return part;
      },
    ),
  );
}

const PERCENTILE_COLUMNS: readonly Column[] = [
  { heading: "", className: "" },
  ...["Median", "95 %", "99 %", "Longest"].map((heading) => ({ heading, className: "number" })),
];

/** How long tasks waited and ran. */
export function fillLatency(latency: PageData["latency"], unit: Unit): void {
  if (latency === null) return;
  const row = (label: string, { p50, p95, p99, max }: { [rank: string]: number }) => [
    label,
    ...[p50, p95, p99, max].map((time) => formatTime(time!, unit)),
  ];
  fillTable(byId<HTMLTableElement>("latency-table"), PERCENTILE_COLUMNS, [
    row("Waited", { ...latency.wait }),
    row("Ran", { ...latency.run }),
  ]);
  show("latency");
}

/** What ended when, and how much waited and ran. */
export function fillCharts(data: PageData, unit: Unit): void {
  const { step, succeeded, failed, cancelled } = data.throughput;
  const totals = succeeded.map((count, i) => count + failed[i]! + cancelled[i]!);
  const most = Math.max(...totals);
  if (most === 0 || data.span === 0) return;
  const at = (i: number) => formatTick(i * step, step, unit);
  const chart = byId("throughput-chart") as Element as SVGElement;
  drawBars(chart, [
    { className: "fill failed", values: failed },
    { className: "fill cancelled", values: cancelled },
    { className: "fill succeeded", values: succeeded },
  ], (i) =>
    `${at(i)}: ` + [
      [succeeded[i]!, "succeeded"] as const,
      [failed[i]!, "failed"] as const,
      [cancelled[i]!, "cancelled"] as const,
    ].filter(([count]) => count > 0).map(([count, name]) => `${formatCount(count)} ${name}`)
      .join(", "));
  const inStep = `${formatCount(most)} in ${formatTime(step, unit)}`;
  chart.setAttribute("aria-label", `Tasks ended over time, at most ${inStep}`);
  setText(byId("throughput-most"), inStep);
  show("throughput");
  fillLevel("waiting", "Tasks that wait", data.peaks.waiting, at);
  fillLevel("running", "Attempts that run", data.peaks.running, at);
  for (const end of document.querySelectorAll(".chart-end")) {
    setText(end, formatTime(succeeded.length * step, unit));
  }
  show("levels");
}

function fillLevel(
  name: "waiting" | "running",
  what: string,
  values: readonly number[],
  at: (stretch: number) => string,
): void {
  const most = formatCount(Math.max(...values));
  const chart = byId(`${name}-chart`) as Element as SVGElement;
  const titleOf = (i: number) => `${at(i)}: ${formatCount(values[i]!)} ${name}`;
  drawArea(chart, { className: `level ${name}`, values }, titleOf);
  chart.setAttribute("aria-label", `${what} over time, at most ${most}`);
  setText(byId(`${name}-most`), most);
}

/** How busy each worker was. */
export function fillWorkers(data: PageData, unit: Unit): void {
  if (data.workers.length === 0) return;
  fillTable(
    byId<HTMLTableElement>("workers-table"),
    [
      { heading: "Worker", className: "" },
      { heading: "Attempts", className: "number" },
      { heading: "Busy", className: "number" },
      { heading: "Utilization", className: "wide" },
    ],
    data.workers.map(({ name, attempts, busy }) => [
      name,
      formatCount(attempts),
      formatTime(busy, unit),
      meter(data.span > 0 ? Math.min(1, busy / data.span) : 0),
    ]),
  );
  show("workers");
}

/** A bar for a share of 1. */
export function meter(share: number): HTMLElement {
  const part = element("span", "load");
  part.style.width = `${share * 100}%`;
  return element(
    "span",
    "meter",
    element("span", "track", part),
    element("span", "share", formatShare(share)),
  );
}

/** The color of a name, as the timeline has it. */
export function nameSwatch(name: number): HTMLElement {
  return element("span", `swatch name-${name < NAME_COLORS.length ? name : "other"}`);
}
