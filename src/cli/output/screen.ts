import process from "node:process";
import type { ProgressDisplay, ProgressOutput } from "../../progress/track.ts";
import type { DivertedStdout } from "../../runtime/diverted_stdout.ts";
import type { Host } from "../host.ts";
import { cleaner } from "./cleaner.ts";

type Done = (error?: Error | null) => void;

/**
 * Standard output and standard error, which may be one terminal with a progress bar at its end: the bar is taken away
 * for whatever is printed there, and drawn again below. A reader that goes away ends nothing but the writing to it.
 */
export class Screen {
  readonly #host: Host;
  readonly #stdout: DivertedStdout;
  readonly #stderrWrite = process.stderr.write as (
    data: string | Uint8Array,
    done: Done,
  ) => boolean;
  /** Its end of a line has not come: the bar must not be drawn over it. */
  #lineIsOpen = false;
  #bar: ProgressDisplay | undefined;
  #unwritten = 0;
  #onWritten: (() => void) | undefined;

  /**
   * @param host The process.
   * @param stdout The way to standard output.
   */
  constructor(host: Host, stdout: DivertedStdout) {
    this.#host = host;
    this.#stdout = stdout;
    const { stderr } = process;
    stderr.on("error", ignore);
    const clean = cleaner();
    // What tasks print on this thread passes here, and nothing else.
    stderr.write = ((data: string | Uint8Array, ...rest: unknown[]) => {
      const done = rest.find((part) => typeof part === "function") as Done | undefined;
      this.#writeAbove(clean(data), done);
      return true;
    }) as typeof stderr.write;
  }

  /** What the bar is drawn on. */
  get barOutput(): ProgressOutput {
    const host = this.#host;
    return {
      isTTY: host.terminals.stderr,
      get columns() {
        return host.columns;
      },
      write: (text) => {
        if (this.#lineIsOpen) this.#writeStderr("\n");
        this.#lineIsOpen = false;
        this.#writeStderr(text);
      },
    };
  }

  /** Keeps clear of a bar from now on. */
  set bar(bar: ProgressDisplay | undefined) {
    this.#bar = bar;
  }

  /**
   * Prints something that is no result, on lines of its own.
   *
   * @param text The text, with its line ends.
   */
  say(text: string): void {
    this.#writeAbove(this.#lineIsOpen ? `\n${text}` : text);
  }

  /**
   * Prints results.
   *
   * @param text The text.
   * @param done Called when it has been taken, or with why it hasn't.
   */
  print(text: string, done: Done): void {
    if (!this.#host.terminals.stdout) return this.#stdout.write(text, done);
    this.#bar?.clear();
    this.#stdout.write(text, (error) => {
      this.#passed(text);
      done(error);
    });
  }

  /** Waits until what was said has been written. */
  async written(): Promise<void> {
    if (this.#unwritten > 0) await new Promise<void>((resolve) => this.#onWritten = resolve);
  }

  /** Leaves standard error to others. */
  restore(): void {
    process.stderr.write = this.#stderrWrite as typeof process.stderr.write;
    process.stderr.off("error", ignore);
  }

  #writeAbove(data: string, done?: Done): void {
    this.#bar?.clear();
    this.#writeStderr(data, done);
    if (this.#host.terminals.stderr) this.#passed(data);
  }

  /** Something has been printed to the terminal. */
  #passed(text: string): void {
    if (text !== "") this.#lineIsOpen = !text.endsWith("\n");
    if (!this.#lineIsOpen) this.#bar?.redraw();
  }

  #writeStderr(data: string, done?: Done): void {
    this.#unwritten++;
    let called = false;
    const wrote: Done = (error) => {
      if (called) return;
      called = true;
      this.#unwritten--;
      done?.(error);
      if (this.#unwritten === 0) this.#onWritten?.();
    };
    try {
      this.#stderrWrite.call(process.stderr, data, wrote);
    } catch (error) {
      // Where others call back, Deno throws.
      wrote(error as Error);
    }
  }
}

function ignore(): void {}
