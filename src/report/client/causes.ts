/**
 * The causes of failures, retries and cancellations.
 *
 * @module
 */
import { causeKey } from "../../base/cause_key.ts";
import type { ListedCause } from "../page_data.ts";
import { button, byId, element, show } from "./dom.ts";
import { formatCount, plural } from "./format.ts";

/** How a cause is told in a line. */
export function causeLine({ name, message }: Pick<ListedCause, "name" | "message">): string {
  return name === null ? message : `${name}: ${message}`;
}

/**
 * Fills a section of causes.
 *
 * @param id Which.
 * @param causes The causes, the most frequent first.
 * @param more How many there are that are not listed.
 * @param showTasks Lists the tasks that ended for a cause.
 */
export function fillCauses(
  id: "failures" | "retries" | "cancellations",
  causes: readonly ListedCause[],
  more: number,
  showTasks: (cause: string, line: string) => void,
): void {
  if (causes.length === 0) return;
  byId(`${id}-list`).append(...causes.map((cause, i) => {
    const details = element("details", "", causeHead(cause));
    const line = causeLine(cause);
    const { id, name } = cause.example;
    details.append(element(
      "p",
      "",
      button("", "List tasks", () => showTasks(causeKey(line), line)),
      element("span", "", `First: ${name}`),
      element("span", "id", id),
    ));
    if (cause.stack !== null) details.append(element("pre", "", cause.stack));
    details.open = i === 0;
    return details;
  }));
  if (more > 0) {
    byId(`${id}-list`).append(element("p", "note", `And ${plural(more, "further cause")}.`));
  }
  show(id);
}

/** How often, and for what. */
export function causeHead({ count, name, message }: ListedCause): HTMLElement {
  const text = element("span", "cause");
  if (name !== null) text.append(element("b", "", name), " ");
  text.append(element("span", "message", message));
  return element("summary", "", element("span", "count", `${formatCount(count)} ×`), text);
}
