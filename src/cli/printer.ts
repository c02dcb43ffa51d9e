import type { LineWriter } from "./line_writer.ts";
import type { Format } from "./options.ts";
import { failureLine, jsonLine, type Outcome, valueLine } from "./output.ts";
import { Summary } from "./summary.ts";

/** So many failures are told one by one where the output doesn't tell them. */
const TOLD_FAILURES = 10;

/** Tells of inputs, in the order in which it is told of them. */
export class Printer {
  readonly summary = new Summary();
  readonly #format: Format;
  readonly #output: LineWriter;
  readonly #say: (text: string) => void;

  /**
   * @param format How results are printed.
   * @param output Where to.
   * @param say Tells the user something that is no result.
   */
  constructor(format: Format, output: LineWriter, say: (text: string) => void) {
    this.#format = format;
    this.#output = output;
    this.#say = say;
  }

  tell(outcome: Outcome): void {
    this.summary.add(outcome);
    if (this.#format === "jsonl") return this.#output.add(jsonLine(outcome));
    if (outcome.status === "failed") return this.#tellFailure(outcome);
    const line = this.#format === "values" ? valueLine(outcome) : undefined;
    if (line !== undefined) this.#output.add(line);
  }

  #tellFailure(outcome: Outcome): void {
    const { failed } = this.summary;
    if (failed <= TOLD_FAILURES) this.#say(failureLine(outcome));
    else if (failed === TOLD_FAILURES + 1) this.#say("Further failures are only counted");
  }
}
