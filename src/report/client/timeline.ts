/**
 * The timeline: a canvas that is drawn anew whenever something changes, only as far as it can be seen.
 *
 * @module
 */
import { NAME_COLORS, OTHER_COLOR } from "../colors.ts";
import { STATUSES } from "../page_data.ts";
import { byId } from "./dom.ts";
import { type Item, type Items, nearest, rowOffsets, type TimelineData } from "./timeline_data.ts";
import type { Tooltip } from "./tooltip.ts";
import { firstIndex, tickStep, View } from "./view.ts";

const AXIS = 28;
const MAX_HEIGHT = 480;
/** How high the marks are of what did not succeed and is too short to be seen, in pixels. */
const MARK = 6;
const FAILED = STATUSES.indexOf("failed");

interface Ticks {
  readonly step: number;
  readonly times: readonly number[];
}

export class Timeline {
  readonly #canvas = byId<HTMLCanvasElement>("canvas");
  readonly #box = byId("timeline-box");
  readonly #context: CanvasRenderingContext2D;
  readonly #tooltip: Tooltip;
  readonly #formatTick: (time: number, step: number) => string;
  #data: TimelineData;
  #view: View;
  #attemptsOfRow: readonly number[] = [];
  #blocksOfRow: readonly number[] = [];
  #rowHeight = 0;
  #height = 0;
  #width = 0;
  #gutter = 0;
  #colors: Record<string, string> = {};
  #byName = false;
  #active: Item | undefined;
  #requested = false;

  /**
   * @param data What to draw.
   * @param tooltip What tells of what is pointed at.
   * @param formatTick Labels the axis.
   */
  constructor(
    data: TimelineData,
    tooltip: Tooltip,
    formatTick: (time: number, step: number) => string,
  ) {
    this.#data = data;
    this.#view = new View(data.span);
    this.#tooltip = tooltip;
    this.#formatTick = formatTick;
    this.#context = this.#canvas.getContext("2d")!;
    this.#index();
    this.readColors();
    new ResizeObserver(() => this.#resize()).observe(this.#box);
  }

  get view(): View {
    return this.#view;
  }

  /** Whether something is pointed at. */
  get isPointing(): boolean {
    return this.#active !== undefined;
  }

  /** Draws other data from now on. The part of the time that is shown stays. */
  replace(data: TimelineData): void {
    const { whole, from, to } = this.#view;
    const rows = this.#data.rows.length;
    this.#data = data;
    this.#view = new View(data.span);
    if (!whole) this.#view.show(from, to);
    this.#index();
    if (rows !== data.rows.length) this.#resize();
    this.point(undefined);
  }

  /** Colors attempts by their task's name instead of by how they ended. */
  colorByName(byName: boolean): void {
    this.#byName = byName;
    this.redraw();
  }

  redraw(): void {
    if (this.#requested) return;
    this.#requested = true;
    requestAnimationFrame(() => {
      this.#requested = false;
      this.draw();
    });
  }

  /** Takes over the page's colors, which have changed. */
  readColors(): void {
    const { color: text, backgroundColor: card, borderTopColor: line } = getComputedStyle(
      this.#canvas,
    );
    this.#colors = { text, card, line, muted: getComputedStyle(this.#box).color };
    for (const name of [...STATUSES, "several"]) {
      const swatch = document.querySelector(`.swatch.${name}`);
      if (swatch !== null) this.#colors[name] = getComputedStyle(swatch).backgroundColor;
    }
    this.redraw();
  }

  timeAt(x: number): number {
    const { from, to } = this.#view;
    return from + (x - this.#gutter) / (this.#width - this.#gutter) * (to - from);
  }

  /** How much time a pixel is. */
  get perPixel(): number {
    return (this.#view.to - this.#view.from) / (this.#width - this.#gutter);
  }

  /** What is at a place of the canvas or at most 3 pixels beside it. */
  itemAt(x: number, y: number): Item | undefined {
    const row = Math.floor((y - AXIS + this.#box.scrollTop) / this.#rowHeight);
    if (x < this.#gutter || y < AXIS || row < 0 || row >= this.#data.rows.length) return undefined;
    const time = this.timeAt(x);
    const slack = this.timeAt(x + 3) - time;
    const attempt = nearest(this.#data.attempts, this.#attemptsOfRow, row, time, slack);
    if (attempt >= 0) return { of: "attempt", index: attempt };
    const block = nearest(this.#data.blocks, this.#blocksOfRow, row, time, slack);
    return block >= 0 ? { of: "block", index: block } : undefined;
  }

  /** Frames an item and tells of it at a place; of `undefined`, nothing. */
  point(item: Item | undefined, x = 0, y = 0): void {
    this.#active = item;
    if (item === undefined) this.#tooltip.hide();
    else {
      const { index } = item;
      this.#tooltip.show(
        item.of === "attempt" ? this.#data.describeAttempt(index) : this.#data.describeBlock(index),
        x,
        y,
      );
    }
    this.redraw();
  }

  /** Points at the next or the previous attempt. */
  step(by: 1 | -1): void {
    const { length } = this.#data.attempts.row;
    const active = this.#active?.of === "attempt" ? this.#active.index : by > 0 ? -1 : length;
    const next = active + by;
    if (next >= 0 && next < length) this.#pointOut(next);
  }

  /** Shows the attempts of a task, with some of what was before and after. */
  showTask(task: number): void {
    const own = this.#data.attemptsOf(task);
    const { from, to } = this.#data.attempts;
    const start = Math.min(...own.map((i) => from[i]!));
    const end = Math.max(...own.map((i) => to[i]!));
    const margin = Math.max((end - start) * 0.75, this.#data.span / 2000);
    this.#view.show(start - margin, end + margin);
    byId("timeline").scrollIntoView({ block: "start" });
    this.#canvas.focus({ preventScroll: true });
    this.#pointOut(own.at(-1)!);
  }

  /** Draws at once. */
  draw(): void {
    const context = this.#context;
    const { rows } = this.#data;
    const height = this.#height;
    context.clearRect(0, 0, this.#width, height);
    context.font = "11px system-ui, sans-serif";
    context.textBaseline = "middle";
    const { scrollTop } = this.#box;
    const first = Math.floor(scrollTop / this.#rowHeight);
    const last = Math.min(
      rows.length - 1,
      Math.floor((scrollTop + height - AXIS) / this.#rowHeight),
    );
    const ticks = this.#drawGrid();
    context.save();
    context.beginPath();
    context.rect(this.#gutter, AXIS, this.#width - this.#gutter, height - AXIS);
    context.clip();
    for (let row = first; row <= last; row++) {
      this.#drawBlocks(row);
      this.#drawAttempts(row);
    }
    if (this.#active !== undefined) this.#drawActive(this.#active);
    context.restore();
    this.#drawGutter(first, last);
    this.#drawAxis(ticks);
  }

  #index(): void {
    const { attempts, blocks, rows } = this.#data;
    this.#attemptsOfRow = rowOffsets(attempts.row, rows.length);
    this.#blocksOfRow = rowOffsets(blocks.row, rows.length);
    const room = Math.floor((MAX_HEIGHT - AXIS) / Math.max(1, rows.length));
    this.#rowHeight = Math.max(13, Math.min(28, room));
    this.#height = Math.min(MAX_HEIGHT, AXIS + rows.length * this.#rowHeight);
  }

  #resize(): void {
    const canvas = this.#canvas;
    this.#width = this.#box.clientWidth;
    this.#gutter = this.#width < 600 ? 34 : 92;
    const scale = devicePixelRatio || 1;
    canvas.width = Math.round(this.#width * scale);
    canvas.height = Math.round(this.#height * scale);
    canvas.style.height = `${this.#height}px`;
    const whole = AXIS + this.#data.rows.length * this.#rowHeight;
    byId("timeline-space").style.height = `${whole - this.#height}px`;
    this.#context.setTransform(scale, 0, 0, scale, 0, 0);
    // A canvas is empty once its size is set: drawing later would let it flicker.
    this.draw();
  }

  #xOf(time: number): number {
    const { from, to } = this.#view;
    return this.#gutter + (time - from) / (to - from) * (this.#width - this.#gutter);
  }

  #yOf(row: number): number {
    return AXIS + row * this.#rowHeight - this.#box.scrollTop;
  }

  #drawGrid(): Ticks {
    const { from, to } = this.#view;
    const step = tickStep(from, to, Math.max(2, (this.#width - this.#gutter) / 90));
    const times: number[] = [];
    for (let n = Math.ceil(from / step - 1e-9); n * step <= to; n++) times.push(n * step);
    this.#context.fillStyle = this.#colors.line!;
    for (const time of times) {
      this.#context.fillRect(Math.round(this.#xOf(time)), AXIS, 1, this.#height - AXIS);
    }
    return { step, times };
  }

  #drawBlocks(row: number): void {
    const { from, to } = this.#data.blocks;
    const view = this.#view;
    const top = this.#yOf(row) + 2;
    const end = this.#blocksOfRow[row + 1]!;
    this.#context.fillStyle = this.#colors.several!;
    const first = firstIndex(this.#blocksOfRow[row]!, end, (i) => to[i]! >= view.from);
    for (let i = first; i < end && from[i]! <= view.to; i++) {
      const x = this.#xOf(from[i]!);
      this.#context.fillRect(x, top, Math.max(1, this.#xOf(to[i]!) - x), this.#rowHeight - 4);
    }
  }

  #drawAttempts(row: number): void {
    const { attempts } = this.#data;
    const view = this.#view;
    const context = this.#context;
    const top = this.#yOf(row) + 2;
    const high = this.#rowHeight - 4;
    const end = this.#attemptsOfRow[row + 1]!;
    let filledTo = -1;
    let worst = 0;
    const first = firstIndex(this.#attemptsOfRow[row]!, end, (i) => attempts.to[i]! >= view.from);
    for (let i = first; i < end && attempts.from[i]! <= view.to; i++) {
      const status = attempts.status[i]!;
      const from = Math.max(this.#gutter - 4, this.#xOf(attempts.from[i]!));
      const to = Math.min(this.#width + 4, Math.max(from + 1, this.#xOf(attempts.to[i]!)));
      // What would only fill pixels again is left out, unless it should be seen among the others.
      if (to <= filledTo + 0.5 && (status === 0 || status === worst)) continue;
      if (Math.floor(from) > filledTo) worst = 0;
      if (status !== 0) worst = status;
      filledTo = Math.max(filledTo, to);
      const wide = to - from > 4 ? to - from - 1 : to - from;
      context.fillStyle = this.#colorOf(attempts.task[i]!, status);
      // What is wider here than it was leaves room for what it hides.
      const mark = status !== 0 && this.#xOf(attempts.to[i]!) - this.#xOf(attempts.from[i]!) < 1;
      context.fillRect(from, mark ? top + high - MARK : top, wide, mark ? MARK : high);
      if (this.#byName && status === FAILED) {
        context.fillStyle = this.#colors.failed!;
        context.fillRect(from, top + high - 4, wide, 4);
      }
      if (wide > 36 && this.#rowHeight >= 15) {
        this.#drawLabel(
          this.#data.nameOf(attempts.task[i]!),
          from,
          to,
          top + this.#rowHeight / 2 - 2,
        );
      }
    }
  }

  #colorOf(task: number, status: number): string {
    if (!this.#byName) return this.#colors[STATUSES[status]!]!;
    const color = this.#data.colorOf(task);
    return NAME_COLORS[color] ?? OTHER_COLOR;
  }

  #drawLabel(name: string, from: number, to: number, middle: number): void {
    const start = Math.max(from, this.#gutter) + 5;
    const fits = Math.floor((Math.min(to, this.#width) - start - 5) / 6.2);
    if (fits < 3) return;
    this.#context.fillStyle = "#fff";
    const text = name.length <= fits ? name : `${name.slice(0, fits - 1)}…`;
    this.#context.fillText(text, start, middle);
  }

  /** A frame around all attempts of the task that is pointed at, and a line for the time that it waited. */
  #drawActive({ of, index }: Item): void {
    const { attempts, blocks } = this.#data;
    const context = this.#context;
    context.strokeStyle = context.fillStyle = this.#colors.text!;
    context.lineWidth = 1.5;
    if (of === "block") return this.#drawFrame(blocks, index);
    const task = attempts.task[index]!;
    const own = this.#data.attemptsOf(task);
    for (const i of own) this.#drawFrame(attempts, i);
    const since = this.#data.waitsFrom(task);
    const [first] = own;
    if (since === undefined || first === undefined) return;
    const from = Math.max(this.#xOf(since), this.#gutter);
    const to = this.#xOf(attempts.from[first]!);
    const bottom = this.#yOf(attempts.row[first]!) + this.#rowHeight - 1;
    if (to - from <= 2) return;
    context.fillRect(from, bottom - 1, to - from, 2);
    context.fillRect(from, bottom - 5, 2, 6);
  }

  #drawFrame(items: Items, i: number): void {
    const from = this.#xOf(items.from[i]!);
    const wide = Math.max(2, this.#xOf(items.to[i]!) - from);
    this.#context.strokeRect(from - 0.5, this.#yOf(items.row[i]!) + 1.5, wide, this.#rowHeight - 3);
  }

  #drawGutter(first: number, last: number): void {
    const context = this.#context;
    context.fillStyle = this.#colors.card!;
    context.fillRect(0, AXIS, this.#gutter, this.#height - AXIS);
    context.fillStyle = this.#colors.muted!;
    for (let row = first; row <= last; row++) {
      const name = this.#data.rows[row]!;
      const text = this.#gutter < 60 ? name.replace(/^\D+/, "") : name;
      context.fillText(text, 4, this.#yOf(row) + this.#rowHeight / 2);
    }
  }

  #drawAxis({ step, times }: Ticks): void {
    const context = this.#context;
    const { from, to, whole, length } = this.#view;
    const gutter = this.#gutter;
    const width = this.#width;
    context.fillStyle = this.#colors.card!;
    context.fillRect(0, 0, width, AXIS);
    context.fillStyle = this.#colors.line!;
    context.fillRect(gutter, AXIS - 1, width - gutter, 1);
    if (!whole) {
      // Which part of the whole is shown.
      const scale = (width - gutter) / length;
      context.fillRect(gutter, 0, width - gutter, 3);
      context.fillStyle = this.#colors.muted!;
      context.fillRect(gutter + from * scale, 0, Math.max(4, (to - from) * scale), 3);
    }
    context.fillStyle = this.#colors.muted!;
    for (const time of times) {
      const text = this.#formatTick(time, step);
      const x = this.#xOf(time) + 4;
      if (x + context.measureText(text).width <= width) context.fillText(text, x, AXIS / 2 + 2);
    }
  }

  /** Brings an attempt into view and points at it. */
  #pointOut(attempt: number): void {
    const { attempts } = this.#data;
    const view = this.#view;
    const from = attempts.from[attempt]!;
    const to = attempts.to[attempt]!;
    if (from < view.from || to > view.to) {
      const half = Math.max(view.to - view.from, to - from) / 2;
      view.show((from + to) / 2 - half, (from + to) / 2 + half);
    }
    const top = attempts.row[attempt]! * this.#rowHeight;
    const room = this.#height - AXIS;
    if (top < this.#box.scrollTop || top + this.#rowHeight > this.#box.scrollTop + room) {
      this.#box.scrollTop = top - room / 2;
    }
    const x = Math.max(this.#gutter, Math.min(this.#width, this.#xOf((from + to) / 2)));
    const y = this.#yOf(attempts.row[attempt]!) + this.#rowHeight;
    this.point({ of: "attempt", index: attempt }, x, y);
  }
}
