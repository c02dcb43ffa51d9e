import { byId, element, status } from "./dom.ts";

/** What is told of what is pointed at. */
export interface Description {
  readonly title: string;
  readonly status?: string;
  readonly facts: readonly (readonly [label: string, value: string])[];
  readonly message?: string;
}

/** The box beside the pointer. */
export class Tooltip {
  readonly #tip = byId("tooltip");
  readonly #frame = byId("timeline-frame");

  show({ title, status: name, facts, message }: Description, x: number, y: number): void {
    const tip = this.#tip;
    tip.replaceChildren(element("strong", "", title));
    if (name !== undefined) tip.append(" ", status(name));
    tip.append(element(
      "dl",
      "",
      ...facts.flatMap(([label, value]) => [element("dt", "", label), element("dd", "", value)]),
    ));
    if (message !== undefined) tip.append(element("p", "message", message));
    tip.hidden = false;
    const room = this.#frame.clientWidth;
    const left = x + tip.offsetWidth + 24 > room ? x - tip.offsetWidth - 12 : x + 14;
    tip.style.left = `${Math.max(4, Math.min(left, room - tip.offsetWidth - 4))}px`;
    tip.style.top = `${y + 14}px`;
  }

  hide(): void {
    this.#tip.hidden = true;
  }
}
