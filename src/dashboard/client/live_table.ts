import { byId, type Column, element, headings, setText, show } from "../../report/client/dom.ts";

/** What a cell says, and how it looks. */
export interface Cell {
  readonly text: string;
  readonly className?: string;
  /** Smaller, behind it. */
  readonly note?: string;
}

/** A table that changes all the time: its rows and cells stay, so that what is read or marked in it stays too. */
export class LiveTable {
  readonly #id: string;
  readonly #columns: readonly Column[];
  readonly #body: HTMLTableSectionElement;

  /**
   * @param id The section's id.
   * @param columns Its columns.
   */
  constructor(id: string, columns: readonly Column[]) {
    this.#id = id;
    this.#columns = columns;
    const table = byId<HTMLTableElement>(`${id}-table`);
    table.tHead!.replaceChildren(headings(columns));
    this.#body = table.tBodies[0]!;
  }

  /** Shows these rows; without any the section is hidden. */
  set(rows: readonly (readonly Cell[])[]): void {
    show(this.#id, rows.length > 0);
    const body = this.#body;
    while (body.rows.length > rows.length) body.deleteRow(-1);
    while (body.rows.length < rows.length) body.append(this.#emptyRow());
    rows.forEach((cells, i) => {
      const row = body.rows[i]!;
      cells.forEach((cell, j) => fill(row.cells[j]!, cell));
    });
  }

  #emptyRow(): HTMLTableRowElement {
    const cells = this.#columns.map(({ className }, i) => {
      const text = element("span", "");
      const cell = element(i === 0 ? "th" : "td", className, text, element("span", "id note-in"));
      if (i === 0) cell.scope = "row";
      return cell;
    });
    return element("tr", "", ...cells);
  }
}

function fill(target: HTMLTableCellElement, { text, className = "", note = "" }: Cell): void {
  const [main, small] = target.children as unknown as [HTMLElement, HTMLElement];
  if (main.className !== className) main.className = className;
  setText(main, text);
  setText(small, note);
}
