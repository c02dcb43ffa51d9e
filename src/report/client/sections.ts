/** The page's functions that fill its sections, but for the timeline. */
export const sections = /* js */ `
const VERDICTS = {
  passed: ["succeeded", "Passed"],
  failed: ["failed", "Completed with failures"],
  cancelled: ["cancelled", "Completed with cancellations"],
  "timed out": ["failed", "Timed out"],
};

function fillHeader(data) {
  const [look, text] = VERDICTS[data.verdict];
  byId("verdict").append(element("span", "verdict " + look, text));
  byId("subtitle").textContent = [
    plural(data.total, "task"),
    ...data.workers.length > 0 ? [plural(data.workers.length, "worker")] : [],
    formatTime(data.duration),
  ].join(" · ");
  const missing = data.total - data.kept;
  if (missing === 0) return;
  byId("missing").textContent = data.kept === 0
    ? "The counts are of all tasks. Their results were not kept, so there is nothing to show of each: see the queue's option “retain”."
    : "The counts are of all tasks. All else is of the last " + plural(data.kept, "task") + ": the results of " +
      formatCount(missing) + " were not kept. See the queue's option “retain”.";
  reveal("missing");
}

function fillTotals(data) {
  const ran = data.succeeded + data.failed;
  const perSecond = data.duration > 0 ? ran / data.duration * 1000 : 0;
  const figures = [
    ["Tasks", formatCount(data.total)],
    ["Succeeded", formatCount(data.succeeded), "succeeded"],
    ["Failed", formatCount(data.failed), "failed"],
    ["Cancelled", formatCount(data.cancelled), "cancelled"],
    ["Retries", data.kept === 0 && data.total > 0 ? "–" : formatCount(data.retries), "retried"],
    ["Duration", formatTime(data.duration)],
    ["Tasks a second", perSecond === 0 ? "–" : digits(perSecond)],
  ];
  byId("figures").append(...figures.map(([label, value, look]) =>
    element("div", "figure", element("dt", look ? "status " + look : "", label), element("dd", "", value))
  ));
  const bar = byId("shares");
  for (const name of ["succeeded", "failed", "cancelled"]) {
    if (data[name] === 0) continue;
    const part = element("span", "fill " + name);
    part.style.flexGrow = data[name];
    bar.append(part);
  }
}

function fillLatency(latency) {
  if (latency === null) return;
  const row = (label, { p50, p95, p99, max }) => [label, ...[p50, p95, p99, max].map(formatTime)];
  fillTable(byId("latency-table"), [
    ["", ""],
    ["Median", "number"],
    ["95 %", "number"],
    ["99 %", "number"],
    ["Longest", "number"],
  ], [row("Waited", latency.wait), row("Ran", latency.run)]);
  reveal("latency");
}

// Bars of what ended when, one on top of the other.
function fillThroughput(data) {
  const { step, succeeded, failed, cancelled } = data.throughput;
  const totals = succeeded.map((count, i) => count + failed[i] + cancelled[i]);
  const most = Math.max(...totals);
  if (most === 0 || data.span === 0) return;
  const chart = byId("throughput-chart");
  const end = succeeded.length * step;
  chart.setAttribute("viewBox", "0 0 " + succeeded.length + " 100");
  totals.forEach((total, i) => {
    if (total === 0) return;
    let y = 100;
    const bar = drawing("g", {});
    const title = drawing("title", {});
    title.textContent = formatTick(i * step, step) + ": " + [
      [succeeded[i], "succeeded"],
      [failed[i], "failed"],
      [cancelled[i], "cancelled"],
    ].filter(([count]) => count > 0).map(([count, name]) => formatCount(count) + " " + name).join(", ");
    bar.append(title, drawing("rect", { class: "hit", x: i, y: 0, width: 1, height: 100 }));
    for (const [counts, name] of [[failed, "failed"], [cancelled, "cancelled"], [succeeded, "succeeded"]]) {
      if (counts[i] === 0) continue;
      // Few among many can be seen, too.
      const height = Math.max(1, counts[i] / most * 100);
      y -= height;
      bar.append(drawing("rect", { class: "fill " + name, x: i + 0.08, y, width: 0.84, height }));
    }
    chart.append(bar);
  });
  chart.setAttribute("aria-label", "Tasks ended over time, at most " +
    formatCount(most) + " in " + formatTime(step));
  byId("throughput-most").textContent = formatCount(most) + " in " + formatTime(step);
  byId("throughput-end").textContent = formatTime(end);
  reveal("throughput");
}

function fillWorkers(data) {
  if (data.workers.length === 0) return;
  fillTable(byId("workers-table"), [
    ["Worker", ""],
    ["Attempts", "number"],
    ["Busy", "number"],
    ["Utilization", "wide"],
  ], data.workers.map(({ name, attempts, busy }) => {
    const share = data.span > 0 ? Math.min(1, busy / data.span) : 0;
    const part = element("span", "load");
    part.style.width = share * 100 + "%";
    const meter = element("span", "meter", element("span", "track", part), element("span", "share", formatShare(share)));
    return [name, formatCount(attempts), formatTime(busy), meter];
  }));
  reveal("workers");
}

// A task's name, which leads to its place on the timeline if it has one.
function taskName(task, timeline) {
  const shown = timeline !== null && timeline.has(task.id);
  const name = element(shown ? "button" : "span", "name", task.name);
  if (shown) {
    name.title = "Show on the timeline";
    name.addEventListener("click", () => timeline.showTask(task.id));
  }
  return element("span", "task", name, element("span", "id", task.id));
}

function fillSlowest(data, timeline) {
  if (data.slowest.length === 0) return;
  fillTable(byId("slowest-table"), [
    ["Task", "wide"],
    ["Ran", "number"],
    ["Waited", "number"],
    ["Status", ""],
    ["Attempts", "number"],
    ["Worker", "number"],
  ], data.slowest.map((task) => [
    taskName(task, timeline),
    formatTime(task.ran),
    formatTime(task.waited),
    status(task.status),
    String(task.attempts),
    task.worker === null ? "–" : String(task.worker),
  ]));
  reveal("slowest");
}

function fillCauses(id, causes, more, timeline) {
  if (causes.length === 0) return;
  byId(id + "-list").append(...causes.map((cause, i) => {
    const { example, stack } = cause;
    const head = element("summary", "", element("span", "count", formatCount(cause.count) + " ×"));
    const text = element("span", "cause");
    if (cause.name !== null) text.append(element("b", "", cause.name), " ");
    text.append(element("span", "message", cause.message));
    head.append(text);
    const facts = example.attempts === 0 ? "never started" : [
      plural(example.attempts, "attempt"),
      ...example.worker === null ? [] : ["worker " + example.worker],
      "ran " + formatTime(example.ran),
    ].join(" · ");
    const first = element("p", "", cause.count === 1 ? "Task: " : "First of them: ");
    first.append(taskName(example, timeline), element("span", "id", facts));
    const details = element("details", "", head, first);
    if (stack !== null) details.append(element("pre", "", stack));
    details.open = i === 0;
    return details;
  }));
  if (more > 0) byId(id + "-list").append(element("p", "note", "And " + plural(more, "further cause") + "."));
  reveal(id);
}
`;
