/**
 * The page's script: what is on the screen is drawn first, from its centre outwards, then what is just around it; and what nobody
 * looks at any more is cancelled.
 *
 * @module
 */
import { importTasks, type TaskHandle, ThreadQueue } from "@trilane/trilane/thread";
import { pixelOf, type Place, placesOf, SIZE, type View } from "./grid.ts";

const { draw } = importTasks<typeof import("./tiles.ts")>(new URL("./tiles.ts", import.meta.url));
const queue = new ThreadQueue({ retain: "none", onProgress: paintSoon, onComplete: paintSoon });

const find = <T extends Element>(selector: string) => document.querySelector<T>(selector)!;
const canvas = find<HTMLCanvasElement>("canvas");
const context = canvas.getContext("2d")!;

let view: View = { x: -0.743643887, y: 0.131825904, zoom: 8 };
/** The tiles that are on the screen and around it. */
let places: readonly Place[] = [];
const tiles = new Map<string, TaskHandle<Uint8ClampedArray<ArrayBuffer>>>();

/** Looks at something: asks for the tiles that are missing, and cancels those that are of no more use. */
function look(next: Partial<View>): void {
  view = { ...view, ...next };
  places = placesOf(view, canvas.width, canvas.height);
  const useless = new Map(tiles);
  for (const { key, left, top, priority } of places) {
    useless.delete(key);
    const tile = tiles.get(key);
    if (tile !== undefined) tile.reprioritize(priority);
    else {
      const args = [left, top, pixelOf(view), SIZE] as const;
      tiles.set(key, queue.submit(draw, args, { name: key, priority }));
    }
  }
  for (const [key, tile] of useless) {
    tile.cancel();
    tiles.delete(key);
  }
  paintSoon();
}

let frame: number | undefined;
function paintSoon(): void {
  frame ??= requestAnimationFrame(paint);
}

function paint(): void {
  frame = undefined;
  context.clearRect(0, 0, canvas.width, canvas.height);
  for (const { key, x, y, isSeen } of places) {
    const tile = tiles.get(key)!;
    const result = tile.done ? tile.result() : undefined;
    if (!isSeen) continue;
    if (result?.status === "succeeded") {
      context.putImageData(new ImageData(result.value, SIZE), x, y);
    } else {
      context.fillStyle = result?.status === "failed" ? "#a02040" : "#2c3054";
      context.fillRect(x + 1, y + 1, SIZE - 2, SIZE - 2);
      context.fillStyle = "#8f9bff";
      context.fillRect(x + 16, y + SIZE / 2, (SIZE - 32) * Number(tile.progress ?? 0), 4);
    }
  }
  tell();
}

function tell(): void {
  const seen = places.filter(({ isSeen }) => isSeen);
  const ready = seen.filter(({ key }) => tiles.get(key)!.done);
  const { active, pending, cancelled, workers } = queue.stats;
  Object.assign(find("progress"), { max: seen.length, value: ready.length });
  find("#status").textContent = [
    `${ready.length} of ${seen.length} tiles on the screen`,
    `${active} running on ${workers} threads`,
    `${pending} waiting`,
    `${cancelled} cancelled`,
  ].join(" · ");
}

const zoomBy = (steps: number) => look({ zoom: Math.min(40, Math.max(0, view.zoom + steps)) });
find<HTMLElement>("#in").onclick = () => zoomBy(1);
find<HTMLElement>("#out").onclick = () => zoomBy(-1);
canvas.onwheel = ({ deltaY }) => zoomBy(deltaY < 0 ? 1 : -1);

const pause = find<HTMLElement>("#pause");
pause.onclick = () => {
  queue.paused ? queue.resume() : queue.pause();
  pause.textContent = queue.paused ? "Go on" : "Pause";
};

canvas.onpointerdown = ({ pointerId }) => canvas.setPointerCapture(pointerId);
canvas.onpointermove = ({ buttons, movementX, movementY }) => {
  const pixel = pixelOf(view);
  if (buttons === 1) look({ x: view.x - movementX * pixel, y: view.y - movementY * pixel });
};

new ResizeObserver(() => {
  Object.assign(canvas, { width: canvas.clientWidth, height: canvas.clientHeight });
  look({});
}).observe(canvas);

await queue.start();
