/**
 * The tasks of the page, which run on threads: tiles of the Mandelbrot set.
 *
 * @module
 */
import { currentTask, transfer } from "@trilane/trilane/thread";

/** How many steps a point may take to get away before it counts as in the set. */
const MOST_STEPS = 2_000;
const CHANNELS = 4;
/** Progress is told once in so many rows. */
const ROWS = 16;

/**
 * Draws a square.
 *
 * @param left its place on the plane
 * @param top its place on the plane
 * @param pixel the width of a pixel on the plane
 * @param size how many pixels wide it is
 * @returns its pixels as a canvas takes them, handed over without a copy
 */
export function draw(left: number, top: number, pixel: number, size: number) {
  const task = currentTask();
  const pixels = new Uint8ClampedArray(CHANNELS * size * size);
  for (let y = 0; y < size; y++) {
    task.throwIfCancelled(); // nobody looks at it any more
    for (let x = 0; x < size; x++) {
      const steps = stepsOf(left + x * pixel, top + y * pixel);
      pixels.set(colorOf(steps), CHANNELS * (y * size + x));
    }
    if ((y + 1) % ROWS === 0) task.progress((y + 1) / size);
  }
  return transfer(pixels, [pixels.buffer]);
}

/** How many steps a point takes to get away, with a fraction so that colors flow; `Infinity` if it never does. */
function stepsOf(cx: number, cy: number): number {
  let [x, y] = [0, 0];
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const [xx, yy] = [x * x, y * y];
    if (xx + yy > 256) return steps + 4 - Math.log2(Math.log2(xx + yy));
    y = 2 * x * y + cy;
    x = xx - yy + cx;
  }
  return Infinity;
}

function colorOf(steps: number): readonly number[] {
  if (steps === Infinity) return [8, 10, 24, 255];
  const angle = Math.sqrt(steps) * 0.9;
  const wave = (shift: number) => 140 + 110 * Math.sin(angle + shift);
  return [wave(0.2), wave(-0.5), wave(-1.4), 255];
}
