/**
 * The charts of what happened over time: a path for each series, however many stretches of time there are.
 *
 * @module
 */
import { drawing, setText } from "./dom.ts";

/** A series of a chart: a number for each stretch of time. */
export interface Series {
  /** Its look, which the legend has, too. */
  readonly className: string;
  readonly values: readonly number[];
}

/** Charts are as high, in their own units. */
const HEIGHT = 100;
/** Few among many can be seen, too. */
const LEAST = 1;

/**
 * Draws bars, the series one on top of the other.
 *
 * @param chart Where to draw.
 * @param series The series, from the bottom up.
 * @param titleOf What is told of a stretch of time.
 */
export function drawBars(
  chart: SVGElement,
  series: readonly Series[],
  titleOf: (stretch: number) => string,
): void {
  const count = series[0]!.values.length;
  const totals = Array.from(
    { length: count },
    (_, i) => series.reduce((sum, { values }) => sum + values[i]!, 0),
  );
  const scale = HEIGHT / Math.max(1, ...totals);
  const tops = new Array<number>(count).fill(HEIGHT);
  draw(
    chart,
    count,
    series.map(({ className, values }) => ({
      className,
      path: values.map((value, i) => {
        if (value === 0) return "";
        const height = Math.max(LEAST, value * scale);
        tops[i]! -= height;
        return `M${i + 0.08} ${tops[i]!.toFixed(2)}h.84v${height.toFixed(2)}h-.84z`;
      }).join(""),
    })),
    titleOf,
  );
}

/**
 * Draws an area.
 *
 * @param chart Where to draw.
 * @param series How high it is in each stretch of time.
 * @param titleOf What is told of a stretch of time.
 */
export function drawArea(
  chart: SVGElement,
  { className, values }: Series,
  titleOf: (stretch: number) => string,
): void {
  const scale = HEIGHT / Math.max(1, ...values);
  const steps = values.map((value) => `V${(HEIGHT - value * scale).toFixed(2)}h1`);
  const path = `M0 ${HEIGHT}${steps.join("")}V${HEIGHT}z`;
  draw(chart, values.length, [{ className, path }], titleOf);
}

/** What each chart tells of a stretch of time. */
const titles = new WeakMap<SVGElement, (stretch: number) => string>();

function draw(
  chart: SVGElement,
  count: number,
  paths: readonly { readonly className: string; readonly path: string }[],
  titleOf: (stretch: number) => string,
): void {
  if (!titles.has(chart)) {
    chart.append(
      drawing("title", {}),
      drawing("rect", { class: "hit", x: -1, y: 0, width: 1, height: HEIGHT }),
      ...paths.map(({ className }) => drawing("path", { class: className })),
    );
    chart.addEventListener("pointermove", (event) => tell(chart, event));
    chart.addEventListener(
      "pointerleave",
      () => chart.querySelector(".hit")!.setAttribute("x", "-1"),
    );
  }
  titles.set(chart, titleOf);
  chart.setAttribute("viewBox", `0 0 ${count} ${HEIGHT}`);
  const drawn = chart.querySelectorAll("path");
  paths.forEach(({ path }, i) => drawn[i]!.setAttribute("d", path));
}

/** Tells of the stretch of time that is pointed at. */
function tell(chart: SVGElement, event: PointerEvent): void {
  const { left, width } = chart.getBoundingClientRect();
  const count = Number(chart.getAttribute("viewBox")!.split(" ")[2]);
  const i = Math.floor((event.clientX - left) / width * count);
  if (i < 0 || i >= count) return;
  chart.querySelector(".hit")!.setAttribute("x", String(i));
  setText(chart.querySelector("title")!, titles.get(chart)!(i));
}
