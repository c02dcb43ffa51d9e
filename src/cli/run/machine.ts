import { readFileSync } from "node:fs";
import { freemem, loadavg } from "node:os";
import type { OptionValues } from "../options/options.ts";

const LOOK_EVERY_MS = 1_000;

const BYTES_PER_KB = 1_024;

/** Looks how busy the machine is, and holds a run back meanwhile. */
export class MachineWatch {
  readonly #options: OptionValues;
  readonly #hold: (held: boolean) => void;
  #timer: ReturnType<typeof setInterval> | undefined;

  /**
   * @param options Of which `load` and `memfree` count.
   * @param hold Called each time it has looked, with whether nothing may start.
   */
  constructor(options: OptionValues, hold: (held: boolean) => void) {
    this.#options = options;
    this.#hold = hold;
    if (options.load === undefined && options.memfree === undefined) return;
    this.#look();
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  /** Looks no more. */
  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const { load = Infinity, memfree = 0 } = this.#options;
    const isBusy = load !== Infinity && loadavg()[0] > load;
    this.#hold(isBusy || (memfree > 0 && availableBytes() < memfree));
  }
}

/** The memory that programs may still get: what Linux holds files in counts, which `freemem` leaves out on some runtimes. */
function availableBytes(): number {
  try {
    const text = readFileSync("/proc/meminfo", "utf8");
    const [, available] = /^MemAvailable:\s*(\d+) kB$/m.exec(text) ?? [];
    if (available !== undefined) return Number(available) * BYTES_PER_KB;
  } catch {
    // Not Linux, or not permitted.
  }
  return freemem();
}
