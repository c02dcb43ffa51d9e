/**
 * The steps that need the processor. This module knows nothing of queues: workers import it.
 *
 * @module
 */
import { crc32, deflateSync } from "node:zlib";

/** Pixels, three bytes each. */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** Reads an image of the form PPM (P6). */
export function decode(bytes: Uint8Array): Image {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 64));
  const match = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(head);
  if (match === null) throw new TypeError("No PPM image");
  const [width, height] = [Number(match[1]), Number(match[2])];
  const pixels = bytes.subarray(match[0].length);
  if (pixels.length !== width * height * 3) throw new RangeError("The image is cut short");
  return { width, height, pixels };
}

/** Makes an image smaller: each pixel is the mean of a square. */
export function shrink(bytes: Uint8Array, factor: number): Image {
  const { width, height, pixels } = decode(bytes);
  const small = {
    width: Math.floor(width / factor),
    height: Math.floor(height / factor),
  };
  const result = new Uint8Array(small.width * small.height * 3);
  for (let i = 0; i < result.length; i++) {
    const channel = i % 3;
    const x = Math.floor(i / 3) % small.width * factor;
    const y = Math.floor(i / 3 / small.width) * factor;
    let sum = 0;
    for (let dy = 0; dy < factor; dy++) {
      for (let dx = 0; dx < factor; dx++) {
        sum += pixels[((y + dy) * width + x + dx) * 3 + channel]!;
      }
    }
    result[i] = Math.round(sum / factor ** 2);
  }
  return { ...small, pixels: result };
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

/** Writes an image as PNG. */
export function encode({ width, height, pixels }: Image): Uint8Array {
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  header.set([8, 2], 8); // bits a channel; red, green, blue
  const rows = new Uint8Array(height * (1 + width * 3));
  for (let y = 0; y < height; y++) {
    rows.set(pixels.subarray(y * width * 3, (y + 1) * width * 3), y * (1 + width * 3) + 1);
  }
  const parts = [
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", header),
    chunk("IDAT", new Uint8Array(deflateSync(rows))),
    chunk("IEND", new Uint8Array(0)),
  ];
  const png = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    png.set(part, offset);
    offset += part.length;
  }
  return png;
}
