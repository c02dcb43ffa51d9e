/**
 * Puts a report together when it is opened.
 *
 * @module
 */
import { NAME_COLORS } from "../colors.ts";
import { type PageData, STATUSES } from "../page_data.ts";
import { fillCauses } from "./causes.ts";
import { byId, element, show } from "./dom.ts";
import { formatCount, formatShare, formatTick, formatTime, type Unit, unitFor } from "./format.ts";
import { fillKinds } from "./kinds.ts";
import { readRun, type Run } from "./run.ts";
import {
  fillCharts,
  fillHeader,
  fillLatency,
  fillTotals,
  fillWorkers,
  nameSwatch,
} from "./sections.ts";
import { TasksTable } from "./tasks_table.ts";
import { controlPrinting, controlTheme } from "./theme.ts";
import { Timeline } from "./timeline.ts";
import type { TimelineData } from "./timeline_data.ts";
import { controlTimeline } from "./timeline_controls.ts";
import { Tooltip } from "./tooltip.ts";
import { tickStep } from "./view.ts";

const data: PageData = JSON.parse(byId("data").textContent!);
const unit = unitFor(data.span, data.latency?.run.p50 ?? Infinity);
const run = readRun(data);

fillHeader(data, unit);
fillTotals(data, unit);
fillCharts(data, unit);
fillLatency(data.latency, unit);
const timeline = openTimeline();
fillWorkers(data, unit);
if (run.tasks.count > 0) {
  const table = new TasksTable({
    ...{ run, rows: data.rows, unit },
    showTask: (task) => timeline?.showTask(task),
  });
  fillKinds(data, unit, (name) => table.showName(name));
  const showCause = (status: "failed" | "cancelled") => (cause: string, line: string) =>
    table.showCause(cause, line, status);
  const showRetryCause = (cause: string, line: string) => table.showRetryCause(cause, line);
  fillCauses("failures", data.failures, data.moreFailures, showCause("failed"));
  fillCauses("retries", data.retryCauses, data.moreRetryCauses, showRetryCause);
  fillCauses(
    "cancellations",
    data.cancellations,
    data.moreCancellations,
    showCause("cancelled"),
  );
  explainLeftOut();
}
controlTheme(() => timeline?.readColors());
controlPrinting(() => {
  timeline?.readColors();
  timeline?.draw();
});

function openTimeline(): Timeline | undefined {
  if (data.rows.length === 0 || data.span === 0) return undefined;
  show("timeline");
  const source = timelineData(data, run, unit, () => timeline.view);
  const timeline = new Timeline(
    source,
    new Tooltip(),
    (time, step) => formatTick(time, step, unit),
  );
  controlTimeline(timeline);
  controlColors(timeline);
  return timeline;
}

/** Names are told apart by color, unless tasks have names of their own. */
function controlColors(timeline: Timeline): void {
  const choice = byId<HTMLSelectElement>("color-by");
  const colored = data.kinds.slice(0, NAME_COLORS.length);
  const several = data.kinds.length > 1;
  const names = data.kinds.length + data.moreKinds;
  choice.value = several && names * 2 <= data.kept ? "name" : "status";
  const others = names > colored.length;
  byId("legend-names").append(
    ...colored.map(({ name }, i) => element("span", "", nameSwatch(i), name)),
    ...others ? [element("span", "", nameSwatch(Infinity), "other names")] : [],
  );
  const change = () => {
    const byName = choice.value === "name";
    show("legend-names", byName);
    show("legend-statuses", !byName);
    timeline.colorByName(byName);
  };
  choice.addEventListener("change", change);
  change();
  show("color-choice", several);
}

function timelineData(
  { span, rows, blocks }: PageData,
  run: Run,
  unit: Unit,
  view: () => { readonly from: number; readonly to: number },
): TimelineData {
  const { attempts, tasks, names } = run;
  const workerOf = (row: number) => rows[row]!.replace("Worker ", "");
  return {
    ...{ span, rows, attempts, blocks },
    nameOf: (task) => names[tasks.name[task]!]!,
    colorOf: (task) => tasks.name[task]!,
    attemptsOf: (task) => run.attemptsOf(task),
    waitsFrom: (task) => tasks.startedAt[task]! - tasks.waited[task]!,
    describeAttempt(i) {
      const task = attempts.task[i]!;
      const count = tasks.attempts[task]!;
      const fact = (label: string, text: string | undefined) =>
        text === undefined ? [] : [[label, text] as const];
      return {
        title: names[tasks.name[task]!]!,
        status: STATUSES[attempts.status[i]!]!,
        facts: [
          ["Task", tasks.id[task]!],
          ...fact("Input", run.metadata[tasks.metadata[task]!]),
          ...fact("Group", run.groups[tasks.group[task]!]),
          ...fact("Attempt", count > 1 ? `${attempts.number[i]} of ${count}` : undefined),
          ["Worker", workerOf(attempts.row[i]!)],
          ...fact("Priority", run.priorities[tasks.priority[task]!]),
          ["Waited", formatTime(tasks.waited[task]!, unit)],
          ["Started", formatTick(attempts.from[i]!, tickStep(view().from, view().to, 1000), unit)],
          ["Ran", formatTime(attempts.to[i]! - attempts.from[i]!, unit)],
        ],
        message: run.messages[attempts.message[i]!],
      };
    },
    describeBlock(i) {
      const length = Math.max(1e-9, blocks.to[i]! - blocks.from[i]!);
      return {
        title: `${formatCount(blocks.count[i]!)} attempts`,
        facts: [
          ["Worker", workerOf(blocks.row[i]!)],
          ["From", formatTime(blocks.from[i]!, unit)],
          ["To", formatTime(blocks.to[i]!, unit)],
          ["Busy", formatShare(blocks.busy[i]! / length)],
        ],
        message: "Short ones, drawn as one.",
      };
    },
  };
}

function explainLeftOut(): void {
  const notes: string[] = [];
  const { count } = run.tasks;
  if (count < data.kept) {
    notes.push(
      `Listed and drawn one by one are ${formatCount(count)} of ${formatCount(data.kept)} tasks: ` +
        "those that failed first, then those that were tried again, were cancelled or ran the longest. " +
        "The others are put together.",
    );
  }
  if (data.textsLeftOut > 0) {
    notes.push(
      `${
        formatCount(data.textsLeftOut)
      } names or inputs are too much for one page: “…” stands for them.`,
    );
  }
  if (notes.length === 0) return;
  byId("left-out").textContent = notes.join(" ");
  show("left-out");
  show("legend-several", data.blocks.row.length > 0);
}
