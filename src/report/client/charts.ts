/**
 * The charts of what happened over time.
 *
 * @module
 */
import { drawing } from "./dom.ts";

/** A series of a chart: a number for each stretch of time. */
export interface Series {
  /** Its look, which the legend has, too. */
  readonly className: string;
  readonly values: readonly number[];
}

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
  const most = Math.max(1, ...totals);
  chart.setAttribute("viewBox", `0 0 ${count} 100`);
  const bars = totals.flatMap((total, i) => {
    if (total === 0) return [];
    let y = 100;
    const rectangles = series.flatMap(({ className, values }) => {
      if (values[i] === 0) return [];
      // Few among many can be seen, too.
      const height = Math.max(1, values[i]! / most * 100);
      y -= height;
      return [drawing("rect", { class: className, x: i + 0.08, y, width: 0.84, height })];
    });
    return [labelled(i, titleOf(i), rectangles)];
  });
  chart.replaceChildren(...bars);
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
  const count = values.length;
  const most = Math.max(1, ...values);
  chart.setAttribute("viewBox", `0 0 ${count} 100`);
  const steps = values.map((value, i) => {
    const y = (100 - value / most * 100).toFixed(2);
    return `${i},${y} ${i + 1},${y}`;
  });
  chart.replaceChildren(
    ...values.map((_, i) => labelled(i, titleOf(i), [])),
    drawing("polygon", { class: className, points: `0,100 ${steps.join(" ")} ${count},100` }),
  );
}

/** A stretch of time that tells of itself wherever it is pointed at. */
function labelled(i: number, text: string, children: readonly SVGElement[]): SVGElement {
  const title = drawing("title", {});
  title.textContent = text;
  const group = drawing("g", {});
  const hit = drawing("rect", { class: "hit", x: i, y: 0, width: 1, height: 100 });
  group.append(title, hit, ...children);
  return group;
}
