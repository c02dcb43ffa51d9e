import type { TaskResult } from "@trilane/trilane";
import { formatBytes, formatCount } from "./format.ts";

/** Where progress is shown: standard error, or what a test looks at. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** How far the work was at a time. */
interface Sample {
  readonly time: number;
  readonly files: number;
  readonly bytes: number;
}

/** Milliseconds between two updates: of the line of a terminal, and of lines that stay. */
const REDRAW = 100;
const LOG = 3000;

/** Milliseconds that a shown rate is taken over, at least: over less it would jump about. */
const WINDOW = 3000;

/** Back to the start of the line, and clear it. */
const RESTART = "\r\x1b[K";

/**
 * Shows how far and how fast files are read, from its construction until it is disposed: in a
 * terminal as one line that is redrawn, elsewhere as a line now and then. The last line has the totals.
 */
export class Progress implements Disposable {
  readonly #output: Output;
  readonly #timer: ReturnType<typeof setInterval>;
  /** The first is the one that the shown rate counts from. */
  readonly #samples: Sample[];
  readonly #start: Sample;
  #files = 0;
  #bytes = 0;
  #failed = 0;

  /** @param output Where to show it. */
  constructor(output: Output) {
    this.#output = output;
    this.#start = this.#sample();
    this.#samples = [this.#start];
    this.#timer = setInterval(() => this.#show(), output.isTTY ? REDRAW : LOG);
  }

  /** Some bytes of a file have been read. */
  read(bytes: number): void {
    this.#bytes += bytes;
  }

  /** A task has ended. */
  ended(result: TaskResult): void {
    if (result.status !== "succeeded") this.#failed++;
    else if (result.name === "hashFile") this.#files++;
  }

  /** Shows the totals and is over. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    const now = this.#sample();
    const seconds = (now.time - this.#start.time) / 1000;
    const totals = [...this.#fields(this.#start, now), `${seconds.toFixed(2)} s`].join(", ");
    this.#output.write(`${this.#output.isTTY ? RESTART : ""}${totals}\n`);
  }

  #sample(): Sample {
    return { time: performance.now(), files: this.#files, bytes: this.#bytes };
  }

  #show(): void {
    const now = this.#sample();
    this.#samples.push(now);
    while (this.#samples[1].time <= now.time - WINDOW) this.#samples.shift();
    this.#print(this.#fields(this.#samples[0], now));
  }

  #fields(from: Sample, to: Sample): string[] {
    const seconds = Math.max(to.time - from.time, 1) / 1000;
    const fields = [
      `${formatCount(to.files)} files`,
      `${formatCount((to.files - from.files) / seconds)} files/s`,
      formatBytes(to.bytes),
      `${formatBytes((to.bytes - from.bytes) / seconds)}/s`,
    ];
    if (this.#failed > 0) fields.push(`${formatCount(this.#failed)} failed`);
    return fields;
  }

  #print(fields: string[]): void {
    if (!this.#output.isTTY) this.#output.write(`${fields.join(", ")}\n`);
    // In the last column some terminals would begin a new line.
    else this.#output.write(RESTART + fit(fields, (this.#output.columns || 80) - 1));
  }
}

/** As many of the fields as there is room for. */
function fit(fields: string[], width: number): string {
  let line = fields[0].slice(0, Math.max(0, width));
  for (const field of fields.slice(1)) {
    if (line.length + 2 + field.length > width) break;
    line += `, ${field}`;
  }
  return line;
}
