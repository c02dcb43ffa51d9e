import { printable, printableLines } from "../../base/printable.ts";
import type { Format } from "../options/options.ts";
import type { LineWriter } from "./line_writer.ts";
import { failureLine, jsonLine, type Outcome, valueText } from "./outcome.ts";
import { Summary } from "./summary.ts";

/** How many failures are told one by one where the output doesn't tell them. */
const TOLD_FAILURES = 10;

/** How results are printed. */
export interface PrinterOptions {
  readonly format: Format;
  /** Whether each line has its input before it. */
  readonly tag: boolean;
  /** Whether values are texts that have line ends of their own. */
  readonly whole: boolean;
}

/** Tells what came of inputs, in the order in which it is told of them. */
export class Printer {
  readonly summary = new Summary();
  readonly #options: PrinterOptions;
  readonly #output: LineWriter;
  readonly #say: (text: string) => void;

  /**
   * @param options How results are printed.
   * @param output Where to.
   * @param say Tells the user something that is no result; it may be several lines.
   */
  constructor(options: PrinterOptions, output: LineWriter, say: (text: string) => void) {
    this.#options = options;
    this.#output = output;
    this.#say = say;
  }

  /** Tells what came of an input. */
  tell(outcome: Outcome): void {
    const { format } = this.#options;
    this.summary.add(outcome);
    if (format === "jsonl") this.#output.add(jsonLine(outcome));
    else if (format === "values") this.#printValue(outcome);
    const stderr = textOf(outcome.written?.stderr);
    if (stderr !== "") this.#say(this.#tagged(outcome, printableLines(stderr)));
    if (format !== "jsonl" && outcome.status === "failed") this.#tellFailure(outcome);
  }

  #printValue(outcome: Outcome): void {
    const { written } = outcome;
    // A command that failed has written something all the same.
    const text = written === undefined
      ? valueText(outcome)
      : printableLines(textOf(written.stdout));
    if (text === undefined) return;
    const whole = this.#options.whole ? text : `${text}\n`;
    this.#output.addText(this.#tagged(outcome, whole));
  }

  #tagged({ input }: Outcome, text: string): string {
    if (!this.#options.tag) return text;
    const tag = printable(input.text);
    return text.replace(/^(?!$(?![^]))/gm, () => `${tag}\t`);
  }

  #tellFailure(outcome: Outcome): void {
    const { failed } = this.summary;
    if (failed <= TOLD_FAILURES) this.#say(`${failureLine(outcome)}\n`);
    else if (failed === TOLD_FAILURES + 1) this.#say("Further failures are only counted\n");
  }
}

function textOf(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? "" : new TextDecoder().decode(bytes);
}
