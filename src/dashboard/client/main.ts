/**
 * Puts the dashboard together when it is opened, and keeps it up to date.
 *
 * @module
 */
import { byId, element, headings, row, setText, show } from "../../report/client/dom.ts";
import { digits, formatCount, type Unit, unitFor } from "../../report/client/format.ts";
import { controlTheme } from "../../report/client/theme.ts";
import type { Overview, QueueState, Update } from "../updates.ts";
import { Connection, type ConnectionState } from "./connection.ts";
import { LiveTimeline } from "./live_timeline.ts";
import { Panels } from "./panels.ts";

const CONNECTIONS: Record<ConnectionState, readonly [look: string, text: string]> = {
  connecting: ["cancelled", "Connecting"],
  live: ["succeeded", "Live"],
  lost: ["failed", "Connection lost, trying again"],
  ended: ["cancelled", "Dashboard closed"],
};

const STATES: Record<QueueState, string> = {
  running: "running",
  waiting: "waiting",
  idle: "idle",
  paused: "paused",
  closed: "closed",
};

/** The table of queues, each with a button that shows it. */
class QueueChoice {
  readonly #chosen: (queue: number) => void;
  #labels = "";

  constructor(chosen: (queue: number) => void) {
    this.#chosen = chosen;
  }

  update(queues: readonly Overview[], shown: number): void {
    if (queues.length < 2) return;
    const table = byId<HTMLTableElement>("queues-table");
    const labels = JSON.stringify(queues.map(({ label }) => label));
    if (labels !== this.#labels) this.#fill(table, queues);
    this.#labels = labels;
    queues.forEach((queue, i) => {
      const cells = table.tBodies[0]!.rows[i]!.cells;
      cells[0]!.querySelector("button")!.ariaPressed = String(i === shown);
      [
        STATES[queue.state],
        formatCount(queue.waiting),
        formatCount(queue.running),
        formatCount(queue.ended),
        formatCount(queue.failed),
        queue.perSecond === 0 ? "–" : digits(queue.perSecond),
      ].forEach((text, j) => setText(cells[j + 1]!, text));
    });
    show("queues");
  }

  #fill(table: HTMLTableElement, queues: readonly Overview[]): void {
    const columns = ["Queue", "State", "Waiting", "Running", "Ended", "Failed", "A second"].map(
      (heading, i) => ({ heading, className: i === 0 ? "wide" : i === 1 ? "" : "number" }),
    );
    table.tHead!.replaceChildren(headings(columns));
    table.tBodies[0]!.replaceChildren(...queues.map(({ label }, i) => {
      const choice = element("button", "name choice", label);
      choice.type = "button";
      choice.addEventListener("click", () => this.#chosen(i));
      return row(columns, [choice, "", "", "", "", "", ""]);
    }));
  }
}

/** The queue that the address names, so that a page that is loaded anew shows the same one. */
function queueInAddress(): number {
  return Number(/^#queue=(\d{1,6})$/.exec(location.hash)?.[1] ?? 0);
}

const panels = new Panels();
const timeline = new LiveTimeline();
const connection = new Connection({ updated, changed });
const choice = new QueueChoice((queue) => location.hash = `queue=${queue}`);
let instance = "";
let state: ConnectionState | undefined;
let paused = false;
let unit: Unit = "ms";

/** Once seconds are the better unit they stay, so that figures don't change it all the time. */
function unitOf({ latency: { all }, running, now }: Update): Unit {
  if (unit === "s" || all.run === null) return unit;
  const longest = Math.max(all.run.p95, all.wait?.p95 ?? 0, now - (running[0]?.from ?? now));
  return unitFor(longest, all.run.p50);
}

function updated(update: Update): void {
  if (instance !== "" && instance !== update.instance) {
    // Another program has taken the place: nothing on the page is of it.
    location.reload();
    return;
  }
  instance = update.instance;
  if (paused) return;
  const { label, state } = update.queues[update.queue]!;
  setText(byId("title"), label);
  setText(byId("subtitle"), `The queue is ${STATES[state]}.`);
  choice.update(update.queues, update.queue);
  unit = unitOf(update);
  timeline.update(update, unit);
  panels.update(update, unit, (name) => timeline.colorOf(name));
}

function changed(next: ConnectionState): void {
  if (next === state) return;
  state = next;
  const [look, text] = CONNECTIONS[next];
  byId("connection").replaceChildren(element("span", `verdict ${look}`, text));
  show("missing", next === "lost" || next === "ended");
  setText(byId("missing"), "The figures are the last that were heard of.");
}

byId("pause").addEventListener("click", () => {
  paused = !paused;
  byId("pause").ariaPressed = String(paused);
  setText(byId("pause"), paused ? "Go on" : "Pause");
  // The timeline lacks what came meanwhile.
  if (!paused) connection.follow(queueInAddress());
});
addEventListener("hashchange", () => connection.follow(queueInAddress()));
controlTheme(() => timeline.readColors());
connection.follow(queueInAddress());
