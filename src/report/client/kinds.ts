/**
 * The tasks of each name.
 *
 * @module
 */
import type { Kind, PageData } from "../page_data.ts";
import { button, byId, element, headings, row, show } from "./dom.ts";
import { formatCount, formatShare, formatTime, plural, type Unit } from "./format.ts";
import { nameSwatch } from "./sections.ts";

/** More names than these are worth a table only if many tasks share one. */
const MAX_UNSHARED_NAMES = 20;

type Sort = { readonly of: (kind: Kind) => number | string; readonly heading: string };

const SORTS: readonly Sort[] = [
  { heading: "Name", of: ({ name }) => name },
  { heading: "Tasks", of: ({ tasks }) => tasks },
  { heading: "Failed", of: ({ failed }) => failed },
  { heading: "Retries", of: ({ retries }) => retries },
  { heading: "Median", of: ({ p50 }) => p50 },
  { heading: "95 %", of: ({ p95 }) => p95 },
  { heading: "Longest", of: ({ max }) => max },
  { heading: "Share of time", of: ({ busy }) => busy },
];

/**
 * Fills the table of names, unless it would say what the list of tasks does: tasks that are named by their inputs.
 *
 * @param data The page's data.
 * @param unit The page's unit.
 * @param showTasks Lists the tasks of a name.
 */
export function fillKinds(data: PageData, unit: Unit, showTasks: (name: number) => void): void {
  const names = data.kinds.length + data.moreKinds;
  if (names === 0 || (names > MAX_UNSHARED_NAMES && names * 2 > data.kept)) return;
  const table = byId<HTMLTableElement>("kinds-table");
  const busy = data.workers.reduce((sum, worker) => sum + worker.busy, 0);
  const columns = SORTS.map(({ heading }, i) => ({
    heading: sortButton(heading, () => sortBy(i)),
    className: i === 0 ? "wide" : "number",
  }));
  let sorted = SORTS.length - 1;
  let descending = true;

  const fill = () => {
    const { of } = SORTS[sorted]!;
    const numbers = data.kinds.map((_, name) => name).sort((a, b) => {
      const [one, other] = [of(data.kinds[a]!), of(data.kinds[b]!)];
      const difference = typeof one === "string"
        ? one.localeCompare(other as string, "en", { numeric: true })
        : one - (other as number);
      return (descending ? -difference : difference) || a - b;
    });
    table.tBodies[0]!.replaceChildren(...numbers.map((name) => {
      const kind = data.kinds[name]!;
      const label = button("name", kind.name, () => showTasks(name));
      label.title = "List its tasks";
      return row(columns, [
        element("span", "kind", nameSwatch(name), label),
        formatCount(kind.tasks),
        kind.failed === 0 ? "0" : element("span", "status failed", formatCount(kind.failed)),
        formatCount(kind.retries),
        ...[kind.p50, kind.p95, kind.max].map((time) =>
          kind.started === 0 ? "–" : formatTime(time, unit)
        ),
        busy > 0 ? formatShare(kind.busy / busy) : "–",
      ]);
    }));
    markSorted(table, sorted, descending);
  };
  const sortBy = (column: number) => {
    descending = column === sorted ? !descending : column > 0;
    sorted = column;
    fill();
  };
  table.tHead!.replaceChildren(headings(columns));
  fill();
  if (data.moreKinds > 0) {
    byId("more-kinds").textContent = `And ${plural(data.moreKinds, "further name")}.`;
    show("more-kinds");
  }
  show("kinds");
}

/** A heading that sorts. */
export function sortButton(heading: string, clicked: () => void): HTMLButtonElement {
  return button("sort", heading, clicked);
}

/** Says by what a table is sorted; by no column with -1. */
export function markSorted(table: HTMLTableElement, sorted: number, descending: boolean): void {
  [...table.tHead!.rows[0]!.cells].forEach((cell, i) => {
    if (i === sorted) cell.ariaSort = descending ? "descending" : "ascending";
    else cell.ariaSort = null;
  });
}
