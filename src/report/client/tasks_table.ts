/**
 * The list of tasks: searched, filtered, sorted, a page at a time.
 *
 * @module
 */
import { STATUSES } from "../page_data.ts";
import {
  button,
  byId,
  type Column,
  type Content,
  element,
  headings,
  row,
  show,
  status,
} from "./dom.ts";
import { formatCount, formatTick, formatTime, type Unit } from "./format.ts";
import { markSorted, sortButton } from "./kinds.ts";
import type { Run } from "./run.ts";
import { findTasks, type Query, type SortKey } from "./task_list.ts";

const PAGE_ROWS = 25;
/** Long enough not to search for every letter, too short to be noticed. */
const SEARCH_DELAY_MS = 120;

interface SortedColumn extends Column {
  readonly sort: SortKey | undefined;
}

/** Columns by heading; what comes with a key can be sorted by. */
const COLUMNS: readonly (readonly [heading: string, className: string, sort?: SortKey])[] = [
  ["Task", "wide", "name"],
  ["Status", "", "status"],
  ["Ran", "number", "ran"],
  ["Waited", "number", "waited"],
  ["Started", "number", "started"],
  ["Attempts", "number", "attempts"],
  ["Worker", "number", "worker"],
  ["Input or error", "details"],
];

/** What the list needs of the page. */
export interface TasksTableOptions {
  readonly run: Run;
  readonly rows: readonly string[];
  readonly unit: Unit;
  /** Shows a task on the timeline. */
  readonly showTask: (task: number) => void;
}

const NO_FILTER = { text: "", status: "", name: -1, cause: "", retryCause: "" } as const;

export class TasksTable {
  readonly #options: TasksTableOptions;
  readonly #table = byId<HTMLTableElement>("tasks-table");
  readonly #search = byId<HTMLInputElement>("search");
  readonly #status = byId<HTMLSelectElement>("status-filter");
  readonly #columns: readonly SortedColumn[];
  #query: Query = {
    ...NO_FILTER,
    ...{ sort: "ran", descending: true },
  };
  #filter = "";
  #found: readonly number[] = [];
  #first = 0;
  #timer: number | undefined;

  constructor(options: TasksTableOptions) {
    this.#options = options;
    this.#columns = COLUMNS.map(([text, className, sort]) => ({
      ...{ className, sort },
      heading: sort === undefined ? text : sortButton(text, () => this.#sortBy(sort)),
    }));
    this.#table.tHead!.replaceChildren(headings(this.#columns));
    this.#search.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#ask({ text: this.#search.value }), SEARCH_DELAY_MS);
    });
    this.#status.addEventListener("change", () => this.#ask({ status: this.#status.value }));
    byId("previous").addEventListener("click", () => this.#turn(-PAGE_ROWS));
    byId("next").addEventListener("click", () => this.#turn(PAGE_ROWS));
    byId("no-filter").addEventListener("click", () => this.#only("", {}));
    this.#ask({});
    show("tasks");
  }

  /** Lists the tasks of a name. */
  showName(name: number): void {
    this.#only(`Name: ${this.#options.run.names[name]}`, { name });
  }

  /** Lists the tasks that failed or were cancelled for a cause. */
  showCause(cause: string, line: string, status: "failed" | "cancelled"): void {
    this.#only(`Cause: ${line}`, { cause, status });
  }

  /** Lists the tasks that were tried again for a cause. */
  showRetryCause(retryCause: string, line: string): void {
    this.#only(`Retried after: ${line}`, { retryCause });
  }

  #only(filter: string, query: Partial<Query>): void {
    this.#filter = filter;
    this.#search.value = "";
    this.#status.value = query.status ?? "";
    this.#ask({ ...NO_FILTER, ...query });
    if (filter !== "") byId("tasks").scrollIntoView({ block: "start" });
    // The button that was clicked may be gone.
    this.#search.focus({ preventScroll: true });
  }

  #sortBy(sort: SortKey): void {
    const descending = sort === this.#query.sort ? !this.#query.descending : sort !== "name";
    this.#ask({ sort, descending });
  }

  #ask(query: Partial<Query>): void {
    this.#query = { ...this.#query, ...query };
    this.#found = findTasks(this.#options.run, this.#query);
    this.#first = 0;
    byId("filter-text").textContent = this.#filter;
    show("filter", this.#filter !== "");
    const sorted = this.#columns.findIndex(({ sort }) => sort === this.#query.sort);
    markSorted(this.#table, sorted, this.#query.descending);
    this.#fill();
  }

  #turn(by: number): void {
    this.#first = Math.max(0, Math.min(this.#found.length - 1, this.#first + by));
    this.#fill();
  }

  #fill(): void {
    const found = this.#found.length;
    const end = Math.min(found, this.#first + PAGE_ROWS);
    const shown = this.#found.slice(this.#first, end);
    this.#table.tBodies[0]!.replaceChildren(
      ...shown.map((task) => row(this.#columns, this.#cells(task))),
    );
    byId("found").textContent = found === 0
      ? "No task fits"
      : `${formatCount(this.#first + 1)}–${formatCount(end)} of ${formatCount(found)}`;
    byId<HTMLButtonElement>("previous").disabled = this.#first === 0;
    byId<HTMLButtonElement>("next").disabled = end >= found;
  }

  #cells(task: number): Content[] {
    const { run, rows, unit } = this.#options;
    const { tasks } = run;
    const time = (ms: number) => Number.isNaN(ms) ? "–" : formatTime(ms, unit);
    const started = tasks.startedAt[task]!;
    return [
      this.#name(task),
      status(STATUSES[tasks.status[task]!]!),
      time(tasks.ran[task]!),
      time(tasks.waited[task]!),
      Number.isNaN(started) ? "–" : formatTick(started, unit === "s" ? 10 : 0.1, unit),
      String(tasks.attempts[task]),
      (rows[tasks.row[task]!] ?? "–").replace("Worker ", ""),
      this.#details(task),
    ];
  }

  #name(task: number): HTMLElement {
    const { run, showTask } = this.#options;
    const text = run.names[run.tasks.name[task]!]!;
    const shown = run.tasks.row[task]! >= 0;
    const name = shown ? button("name", text, () => showTask(task)) : element("span", "name", text);
    if (shown) name.title = "Show on the timeline";
    return element("span", "task", name, element("span", "id", run.tasks.id[task]!));
  }

  #details(task: number): HTMLElement {
    const { tasks, metadata, messages } = this.#options.run;
    const texts = [metadata[tasks.metadata[task]!], messages[tasks.message[task]!]];
    return element(
      "div",
      "message",
      ...texts.flatMap((text) => text === undefined ? [] : [element("div", "", text)]),
    );
  }
}
