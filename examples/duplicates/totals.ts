import type { TaskResult } from "@trilane/trilane";
import { formatBytes, formatCount } from "./format.ts";

/** How much has been read, and how fast. */
export class Totals {
  readonly #start = performance.now();
  #files = 0;
  #bytes = 0;
  #failed = 0;

  /** Some bytes of a file have been read. */
  read(bytes: number): void {
    this.#bytes += bytes;
  }

  /** A task has ended. */
  ended(result: TaskResult): void {
    if (result.status !== "succeeded") this.#failed++;
    else if (result.name === "hashFile") this.#files++;
  }

  /** The bytes: what a queue can't tell by itself. */
  bytes(): string {
    return `${formatBytes(this.#bytes)}, ${formatBytes(this.#bytes / this.#seconds)}/s`;
  }

  toString(): string {
    const seconds = this.#seconds;
    const fields = [
      `${formatCount(this.#files)} files`,
      `${formatCount(this.#files / seconds)} files/s`,
      this.bytes(),
      `${seconds.toFixed(2)} s`,
    ];
    if (this.#failed > 0) fields.splice(-1, 0, `${formatCount(this.#failed)} failed`);
    return fields.join(", ");
  }

  get #seconds(): number {
    return Math.max(performance.now() - this.#start, 1) / 1000;
  }
}
