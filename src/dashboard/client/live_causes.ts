import { causeHead } from "../../report/client/causes.ts";
import { byId, element, setText, show } from "../../report/client/dom.ts";
import { formatCount } from "../../report/client/format.ts";
import { causeKey } from "../../base/cause_key.ts";
import type { ListedCause } from "../../report/page_data.ts";

/** A list of causes that grows: what is open in it stays open. */
export class LiveCauses {
  readonly #id: string;
  readonly #shown = new Map<string, HTMLDetailsElement>();

  /** @param id The section's id. */
  constructor(id: "failures" | "retries" | "cancellations") {
    this.#id = id;
  }

  set(causes: readonly ListedCause[]): void {
    show(this.#id, causes.length > 0);
    const list = byId(`${this.#id}-list`);
    const keys = causes.map(({ name, message }) => `${name}: ${causeKey(message)}`);
    for (const [key, details] of this.#shown) {
      if (keys.includes(key)) continue;
      details.remove();
      this.#shown.delete(key);
    }
    causes.forEach((cause, i) => {
      const details = this.#shown.get(keys[i]!);
      if (details === undefined) this.#add(list, keys[i]!, cause);
      else setText(details.querySelector(".count")!, `${formatCount(cause.count)} ×`);
    });
    // Moving what has the focus would take it away.
    if (list.contains(document.activeElement)) return;
    keys.forEach((key, i) => {
      const details = this.#shown.get(key)!;
      if (list.children[i] !== details) list.insertBefore(details, list.children[i] ?? null);
    });
  }

  #add(list: HTMLElement, key: string, cause: ListedCause): void {
    const { example: { id, name }, stack } = cause;
    const details = element("details", "", causeHead(cause));
    details.append(
      element("p", "", element("span", "", `First: ${name}`), element("span", "id", id)),
    );
    if (stack !== null) details.append(element("pre", "", stack));
    this.#shown.set(key, details);
    list.append(details);
  }
}
