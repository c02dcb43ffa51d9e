import { byId } from "./dom.ts";
import type { Timeline } from "./timeline.ts";

/** Some wheels count lines instead of pixels; a line is about as high. */
const LINE_PIXELS = 20;
/** Wheels differ in how much they send at once. */
const MAX_WHEEL_PIXELS = 80;

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Lets a timeline be moved by wheel, pointer, key and button. */
export function controlTimeline(timeline: Timeline): void {
  controlByWheel(timeline);
  controlByPointer(timeline);
  controlByKey(timeline);
  const zoom = (factor: number) => () => {
    const { view } = timeline;
    view.zoom(factor, (view.from + view.to) / 2);
    timeline.point(undefined);
  };
  byId("zoom-in").addEventListener("click", zoom(0.5));
  byId("zoom-out").addEventListener("click", zoom(2));
  byId("zoom-all").addEventListener("click", zoom(Infinity));
  byId("timeline-box").addEventListener("scroll", () => timeline.redraw());
}

function controlByWheel(timeline: Timeline): void {
  byId("canvas").addEventListener("wheel", (event) => {
    const { view } = timeline;
    const sideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
    // The page goes on scrolling where there is nothing to zoom out of.
    if (view.whole && (sideways || event.deltaY > 0)) return;
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PIXELS : 1;
    if (sideways) view.pan((event.deltaX || event.deltaY) * unit * timeline.perPixel);
    else {
      const pixels = Math.max(-MAX_WHEEL_PIXELS, Math.min(MAX_WHEEL_PIXELS, event.deltaY * unit));
      // A pinch on a touchpad comes as little, with ctrlKey.
      const factor = Math.exp(pixels * (event.ctrlKey ? 0.012 : 0.004));
      view.zoom(factor, timeline.timeAt(event.offsetX));
    }
    timeline.point(undefined);
  }, { passive: false });
}

function controlByPointer(timeline: Timeline): void {
  const canvas = byId("canvas");
  // The pointers that are down, by id, with the place that they were last at.
  const pointers = new Map<number, Place>();
  const pointAt = ({ x, y }: Place) => timeline.point(timeline.itemAt(x, y), x, y);
  const placeOf = ({ offsetX, offsetY }: PointerEvent) => ({ x: offsetX, y: offsetY });

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, placeOf(event));
    if (event.pointerType !== "mouse") pointAt(placeOf(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    const place = placeOf(event);
    const before = pointers.get(event.pointerId);
    if (before === undefined) return pointAt(place);
    if (place.x === before.x && place.y === before.y) return;
    const { view } = timeline;
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (other === undefined) {
      view.pan((before.x - place.x) * timeline.perPixel);
      byId("timeline-box").scrollTop += before.y - place.y;
    } else {
      // Two fingers: what is between them stays there.
      const distance = Math.max(10, Math.abs(place.x - other.x));
      view.zoom(Math.max(10, Math.abs(before.x - other.x)) / distance, timeline.timeAt(other.x));
    }
    pointers.set(event.pointerId, place);
    timeline.point(undefined);
  });
  for (const type of ["pointerup", "pointercancel"] as const) {
    canvas.addEventListener(type, (event) => pointers.delete(event.pointerId));
  }
  canvas.addEventListener("pointerleave", () => timeline.point(undefined));
}

function controlByKey(timeline: Timeline): void {
  const middle = () => (timeline.view.from + timeline.view.to) / 2;
  const tenth = () => (timeline.view.to - timeline.view.from) / 10;
  const zoomIn = () => timeline.view.zoom(0.7, middle());
  const showAll = () => timeline.view.show(0, timeline.view.length);
  const keys = new Map<string, () => void>([
    ["ArrowLeft", () => timeline.view.pan(-tenth())],
    ["ArrowRight", () => timeline.view.pan(tenth())],
    ["+", zoomIn],
    ["=", zoomIn],
    ["-", () => timeline.view.zoom(1 / 0.7, middle())],
    ["0", showAll],
    ["Home", showAll],
    ["Escape", () => {}],
  ]);
  byId("canvas").addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = keys.get(event.key);
    if (event.key === "n" || event.key === "p") timeline.step(event.key === "n" ? 1 : -1);
    else if (move !== undefined) {
      move();
      timeline.point(undefined);
    } else return;
    event.preventDefault();
  });
}
