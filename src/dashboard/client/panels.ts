/**
 * Fills the dashboard's sections, but for the timeline, from an update.
 *
 * @module
 */
import { drawArea, drawBars } from "../../report/client/charts.ts";
import { byId, type Column, element, setText, show } from "../../report/client/dom.ts";
import {
  digits,
  formatClock,
  formatCount,
  formatShare,
  formatTime,
  type Unit,
} from "../../report/client/format.ts";
import { fillShares } from "../../report/client/sections.ts";
import type { Percentiles } from "../../queue/summary.ts";
import type { Update } from "../updates.ts";
import { LiveCauses } from "./live_causes.ts";
import { type Cell, LiveTable } from "./live_table.ts";

/** A table is no place for more. */
const MAX_RUNNING_ROWS = 10;
const DAY_MS = 86_400_000;

const columns = (first: string, ...numbers: readonly string[]): Column[] => [
  { heading: first, className: "wide" },
  ...numbers.map((heading) => ({ heading, className: "number" })),
];

/** All panels of the page. */
export class Panels {
  readonly #figures = new Map<string, HTMLElement>();
  readonly #failures = new LiveCauses("failures");
  readonly #retries = new LiveCauses("retries");
  readonly #cancellations = new LiveCauses("cancellations");
  readonly #running = new LiveTable("running", columns("Task", "Attempt", "Worker", "Runs for"));
  readonly #keys = new LiveTable("keys", columns("Key", "Limit", "Waiting", "Running"));
  readonly #kinds = new LiveTable(
    "kinds",
    columns("Name", "Tasks", "Failed", "Retries", "Median", "95 %", "Longest", "Share of time"),
  );
  readonly #latency = new LiveTable(
    "latency",
    columns("", "Median", "95 %", "99 %", "Longest"),
  );

  /**
   * Shows an update.
   *
   * @param update The update.
   * @param unit The page's unit.
   * @param colorOf Tells the number of a name's color, if it has one of its own.
   */
  update(update: Update, unit: Unit, colorOf: (name: string) => number | undefined): void {
    const timeCell = (ms: number | undefined): Cell => ({
      text: ms === undefined ? "–" : formatTime(ms, unit),
    });
    const percentileRow = (label: string, times: Percentiles | null): Cell[] => {
      const { p50, p95, p99, max } = times ?? {};
      return [{ text: label }, ...[p50, p95, p99, max].map(timeCell)];
    };
    this.#fillFigures(update);
    fillShares(update.counts);
    fillCharts(update);
    this.#failures.set(update.failures);
    this.#retries.set(update.retries);
    this.#cancellations.set(update.cancellations);
    const { now } = update;
    this.#running.set(
      update.running.slice(0, MAX_RUNNING_ROWS).map((attempt) => [
        { text: attempt.name, note: attempt.input ?? attempt.id },
        { text: String(attempt.number) },
        { text: attempt.worker === 0 ? "–" : String(attempt.worker) },
        { text: formatTime(now - attempt.from, unit) },
      ]),
    );
    this.#keys.set(update.keys.map(({ key, limit, waiting, running }) => [
      { text: key },
      { text: limit },
      { text: formatCount(waiting) },
      { text: formatCount(running) },
    ]));
    const busy = update.kinds.reduce((sum, kind) => sum + kind.busy, 0);
    this.#kinds.set(update.kinds.map(({ name, tasks, failed, retries, run, ...kind }): Cell[] => [
      { text: name, className: `named name-${colorOf(name) ?? "other"}` },
      { text: formatCount(tasks) },
      { text: formatCount(failed), className: failed > 0 ? "status failed" : "" },
      { text: formatCount(retries) },
      ...[run?.p50, run?.p95, run?.max].map(timeCell),
      { text: busy > 0 ? formatShare(kind.busy / busy) : "–" },
    ]));
    const { recent, all } = update.latency;
    this.#latency.set(
      all.run === null ? [] : [
        percentileRow("Waited, last minute", recent.wait),
        percentileRow("Ran, last minute", recent.run),
        percentileRow("Waited, since opened", all.wait),
        percentileRow("Ran, since opened", all.run),
      ],
    );
  }

  #fillFigures({ counts, perSecond, emptyIn }: Update): void {
    const { waiting, running, workers, abandoned, limited, blocked } = counts;
    const figure = (label: string, value: string, look = "") => this.#figure(label, value, look);
    figure("Waiting", formatCount(waiting));
    figure("Running", `${formatCount(running)} / ${formatCount(workers)}`);
    figure("Tasks a second", perSecond === 0 ? "–" : digits(perSecond));
    figure("Empty at", clockIn(emptyIn));
    figure("Succeeded", formatCount(counts.succeeded), "succeeded");
    figure("Failed", formatCount(counts.failed), "failed");
    figure("Cancelled", formatCount(counts.cancelled), "cancelled");
    figure("Retries", formatCount(counts.retried), "retried");
    figure("Scheduled", formatCount(counts.scheduled));
    // Most queues have none of these.
    const rare: [string, number][] = [
      ["Held back", limited],
      ["Wait for others", blocked],
      ["Abandoned", abandoned],
    ];
    for (const [label, count] of rare) {
      if (count > 0 || this.#figures.has(label)) figure(label, formatCount(count));
    }
  }

  #figure(label: string, value: string, look: string): void {
    let shown = this.#figures.get(label);
    if (shown === undefined) {
      shown = element("dd", "");
      this.#figures.set(label, shown);
      const term = element("dt", look === "" ? "" : `status ${look}`, label);
      byId("figures").append(element("div", "figure", term, shown));
    }
    setText(shown, value);
  }
}

/** The time of day that it will be then. */
function clockIn(ms: number | null): string {
  if (ms === null) return "–";
  return ms < DAY_MS ? formatClock(new Date(Date.now() + ms)) : "> 1 day";
}

function fillCharts({ seconds }: Update): void {
  const { succeeded, failed, cancelled, waiting, running } = seconds;
  const length = succeeded.length;
  const clockAt = (i: number) => formatClock(new Date(Date.now() - (length - 1 - i) * 1000));
  const totals = succeeded.map((count, i) => count + failed[i]! + cancelled[i]!);
  const most = Math.max(...totals);
  drawBars(svg("throughput-chart"), [
    { className: "fill failed", values: failed },
    { className: "fill cancelled", values: cancelled },
    { className: "fill succeeded", values: succeeded },
  ], (i) =>
    `${clockAt(i)}: ${formatCount(succeeded[i]!)} succeeded, ` +
    `${formatCount(failed[i]!)} failed, ${formatCount(cancelled[i]!)} cancelled`);
  setText(byId("throughput-most"), `${formatCount(most)} in a second`);
  svg("throughput-chart").setAttribute("aria-label", `Tasks ended by second, at most ${most}`);
  for (const [name, values] of [["waiting", waiting], ["running", running]] as const) {
    const titleOf = (i: number) => `${clockAt(i)}: ${formatCount(values[i]!)} ${name}`;
    drawArea(svg(`${name}-chart`), { className: `level ${name}`, values }, titleOf);
    const peak = Math.max(...values);
    setText(byId(`${name}-most`), formatCount(peak));
    svg(`${name}-chart`).setAttribute("aria-label", `${name} by second, at most ${peak}`);
  }
  for (const start of document.querySelectorAll(".chart-start")) setText(start, clockAt(0));
  for (const end of document.querySelectorAll(".chart-end")) setText(end, clockAt(length - 1));
  show("throughput");
  show("levels");
}

function svg(id: string): SVGElement {
  return byId(id) as Element as SVGElement;
}
