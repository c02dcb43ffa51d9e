import { byId, element, show } from "../../report/client/dom.ts";
import {
  formatClock,
  formatCount,
  formatShare,
  formatTime,
  type Unit,
} from "../../report/client/format.ts";
import { nameSwatch } from "../../report/client/sections.ts";
import { Timeline } from "../../report/client/timeline.ts";
import type { TimelineData } from "../../report/client/timeline_data.ts";
import { controlTimeline } from "../../report/client/timeline_controls.ts";
import { Tooltip } from "../../report/client/tooltip.ts";
import { NAME_COLORS } from "../../report/colors.ts";
import { STATUSES } from "../../report/page_data.ts";
import { type LiveAttempt, type LiveBlock, TIMELINE_MS, type Update } from "../updates.ts";

/** The timeline of the last minute. It stands still while something in it is pointed at. */
export class LiveTimeline {
  #attempts: LiveAttempt[] = [];
  #blocks: LiveBlock[] = [];
  #timeline: Timeline | undefined;
  /** Names keep the colors that they were first given. */
  readonly #colors = new Map<string, number>();
  #shownColors = 0;
  /** The time of day of its right end. */
  #end = 0;

  /** Takes over what is new, and draws it. */
  update({ whole, now, attempts, blocks, running, kinds }: Update, unit: Unit): void {
    const isShown = ({ to }: { readonly to: number | null }) => to! >= now - TIMELINE_MS;
    this.#attempts = whole ? [...attempts] : this.#attempts.filter(isShown).concat(attempts);
    this.#blocks = whole ? [...blocks] : this.#blocks.filter(isShown).concat(blocks);
    if (this.#attempts.length + this.#blocks.length + running.length === 0) return;
    for (const { name } of kinds) {
      if (this.#colors.size < NAME_COLORS.length && !this.#colors.has(name)) {
        this.#colors.set(name, this.#colors.size);
      }
    }
    this.#explainColors(kinds.length);
    if (this.#timeline?.isPointing) return;
    this.#end = Date.now();
    const drawn = [...this.#attempts, ...running];
    const data = liveData(now, drawn, this.#blocks, this.#colors, unit);
    if (this.#timeline === undefined) this.#open(data);
    else this.#timeline.replace(data);
  }

  /** The number of a name's color, if it has one of its own. */
  colorOf(name: string): number | undefined {
    return this.#colors.get(name);
  }

  readColors(): void {
    this.#timeline?.readColors();
  }

  #open(data: TimelineData): void {
    show("timeline");
    show("legend-running");
    show("legend-several");
    const timeline = new Timeline(
      data,
      new Tooltip(),
      (time) => formatClock(new Date(this.#end - TIMELINE_MS + time)),
    );
    controlTimeline(timeline);
    const choice = byId<HTMLSelectElement>("color-by");
    choice.addEventListener("change", () => {
      const byName = choice.value === "name";
      show("legend-names", byName);
      show("legend-statuses", !byName);
      timeline.colorByName(byName);
    });
    this.#timeline = timeline;
  }

  #explainColors(names: number): void {
    show("color-choice", names > 1);
    if (this.#shownColors === this.#colors.size) return;
    this.#shownColors = this.#colors.size;
    byId("legend-names").replaceChildren(
      ...[...this.#colors].map(([name, i]) => element("span", "", nameSwatch(i), name)),
      element("span", "", nameSwatch(Infinity), "other names"),
    );
  }
}

/** The columns of a timeline. Its time goes from a minute ago to now. */
function liveData(
  now: number,
  attempts: LiveAttempt[],
  blocks: readonly LiveBlock[],
  colors: ReadonlyMap<string, number>,
  unit: Unit,
): TimelineData {
  const start = now - TIMELINE_MS;
  const workers = [...new Set([...attempts, ...blocks].map(({ worker }) => worker))]
    .sort((a, b) => a - b);
  const rowOf = new Map(workers.map((worker, row) => [worker, row]));
  const inOrder = <T extends LiveAttempt | LiveBlock>(items: readonly T[]) =>
    items.toSorted((a, b) => a.worker - b.worker || a.from - b.from);
  const sorted = inOrder(attempts);
  const joined = inOrder(blocks);
  const columns = (items: readonly (LiveAttempt | LiveBlock)[]) => ({
    row: items.map(({ worker }) => rowOf.get(worker)!),
    from: items.map(({ from }) => from - start),
    to: items.map(({ to }) => (to ?? now) - start),
  });
  const nameOf = (worker: number) => worker === 0 ? "?" : String(worker);
  return {
    span: TIMELINE_MS,
    rows: workers.map((worker) => `Worker ${nameOf(worker)}`),
    // Each attempt stands for its task: others of the same may be long gone.
    attempts: {
      ...columns(sorted),
      task: sorted.map((_, i) => i),
      status: sorted.map(({ status }) => status),
    },
    blocks: columns(joined),
    nameOf: (i) => sorted[i]!.name,
    colorOf: (i) => colors.get(sorted[i]!.name) ?? NAME_COLORS.length,
    attemptsOf: (i) => [i],
    waitsFrom: () => undefined,
    describeAttempt(i) {
      const { id, name, input, worker, number, from, to, status, message } = sorted[i]!;
      return {
        ...{ title: name, status: STATUSES[status]! },
        facts: [
          ["Task", id],
          ...(input === null ? [] : [["Input", input] as const]),
          ["Attempt", String(number)],
          ["Worker", nameOf(worker)],
          [to === null ? "Runs for" : "Ran", formatTime((to ?? now) - from, unit)],
        ],
        ...(message !== null && { message }),
      };
    },
    describeBlock(i) {
      const { worker, from, to, count, busy } = joined[i]!;
      return {
        title: `${formatCount(count)} attempts`,
        facts: [
          ["Worker", nameOf(worker)],
          ["Lasted", formatTime(to - from, unit)],
          ["Busy", formatShare(Math.min(1, busy / Math.max(1e-9, to - from)))],
        ],
        message: "Drawn as one.",
      };
    },
  };
}
