/**
 * Which tiles a view is made of.
 *
 * @module
 */

/** The width of a tile in pixels. */
export const SIZE = 128;
/** How far around the screen tiles are drawn in advance. */
const MARGIN = SIZE;
/** More than the distance of any tile on the screen from its centre. */
const LAST = 1_000;

/** What is looked at. */
export interface View {
  /** The centre of the screen on the plane. */
  readonly x: number;
  readonly y: number;
  /** How often a pixel's width was halved. */
  readonly zoom: number;
}

/** A tile of a view. */
export interface Place {
  readonly key: string;
  /** Where it is on the plane. */
  readonly left: number;
  readonly top: number;
  /** Where it is on the screen, in pixels. */
  readonly x: number;
  readonly y: number;
  readonly isSeen: boolean;
  /** Lower is more urgent: the distance from the centre, and what isn't seen after all else. */
  readonly priority: number;
}

/** The width of a pixel on the plane. */
export const pixelOf = ({ zoom }: View) => 2 ** -zoom / SIZE;

/** The tiles that a view of some size shows, and those just around it. */
export function placesOf(view: View, width: number, height: number): Place[] {
  const pixel = pixelOf(view);
  const left = Math.round(view.x / pixel - width / 2);
  const top = Math.round(view.y / pixel - height / 2);
  return range(top, height).flatMap((row) =>
    range(left, width).map((column) => {
      const [x, y] = [column * SIZE - left, row * SIZE - top];
      const isSeen = x > -SIZE && x < width && y > -SIZE && y < height;
      const distance = Math.hypot(x + SIZE / 2 - width / 2, y + SIZE / 2 - height / 2) / SIZE;
      return {
        ...{ key: `${view.zoom}/${column}/${row}`, x, y, isSeen },
        ...{ left: column * SIZE * pixel, top: row * SIZE * pixel },
        priority: isSeen ? distance : LAST + distance,
      };
    })
  );
}

/** The numbers of the tiles that cover a part of an axis and its margins. */
function range(start: number, length: number): number[] {
  const first = Math.floor((start - MARGIN) / SIZE);
  const end = Math.ceil((start + length + MARGIN) / SIZE);
  return Array.from({ length: end - first }, (_, index) => first + index);
}
