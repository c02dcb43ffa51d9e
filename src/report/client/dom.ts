/**
 * Makes and finds elements. Whatever comes from the run becomes text, never markup.
 *
 * @module
 */

/** What can be put into an element. */
export type Content = Node | string;

/** The element of an id that the page's source has. */
export function byId<E extends HTMLElement = HTMLElement>(id: string): E {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no element '${id}'`);
  return found as E;
}

/** Makes an element. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  ...children: readonly Content[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className !== "") made.className = className;
  made.append(...children);
  return made;
}

/** Makes a button. */
export function button(
  className: string,
  text: string,
  clicked: () => void,
): HTMLButtonElement {
  const made = element("button", className, text);
  made.type = "button";
  made.addEventListener("click", clicked);
  return made;
}

/** Makes an element of a drawing. */
export function drawing(tag: string, attributes: Record<string, string | number>): SVGElement {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made as SVGElement;
}

/** Sets a text unless it is there already: what is selected in it stays so. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

/** How a task or an attempt ended, with its color. */
export function status(name: string): HTMLElement {
  return element("span", `status ${name}`, name);
}

/** Shows or hides a part of the page. */
export function show(id: string, shown = true): void {
  byId(id).hidden = !shown;
}

/** A column of a table. */
export interface Column {
  readonly heading: Content;
  readonly className: string;
}

/** Fills a table whose rows never change. */
export function fillTable(
  table: HTMLTableElement,
  columns: readonly Column[],
  rows: readonly (readonly Content[])[],
): void {
  table.tHead!.replaceChildren(headings(columns));
  table.tBodies[0]!.replaceChildren(...rows.map((cells) => row(columns, cells)));
}

/** The row of a table's headings. */
export function headings(columns: readonly Column[]): HTMLTableRowElement {
  return element(
    "tr",
    "",
    ...columns.map(({ heading, className }) => {
      const cell = element("th", className, heading);
      cell.scope = "col";
      return cell;
    }),
  );
}

/** A row of a table: its first cell is its heading. */
export function row(columns: readonly Column[], cells: readonly Content[]): HTMLTableRowElement {
  return element(
    "tr",
    "",
    ...cells.map((content, i) => {
      const cell = element(i === 0 ? "th" : "td", columns[i]!.className, content);
      if (i === 0) cell.scope = "row";
      return cell;
    }),
  );
}
