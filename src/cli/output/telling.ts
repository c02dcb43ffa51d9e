import { createWriteStream } from "node:fs";
import { opened, openOutput } from "../input/files.ts";
import type { OptionValues } from "../options/options.ts";
import { InOrder } from "./in_order.ts";
import { LineWriter } from "./line_writer.ts";
import { jobLine, type Outcome } from "./outcome.ts";
import { Printer } from "./printer.ts";
import { ResultsFolder } from "./results_folder.ts";
import type { Screen } from "./screen.ts";
import type { Summary } from "./summary.ts";

/** What a telling is for. */
export interface TellingOptions {
  readonly options: OptionValues;
  /** Whether values are texts that have line ends of their own. */
  readonly whole: boolean;
  readonly screen: Screen;
  /** Called for each input once it has been told of, in the order of the output. */
  readonly told: () => void;
  /** Called when something can't be written, with what that is. */
  readonly failed: (error: Error, what: string) => void;
}

/** Tells what comes of inputs, wherever the user wants to read it. */
export class Telling {
  readonly #options: TellingOptions;
  readonly #output: LineWriter;
  readonly #joblog: LineWriter | undefined;
  readonly #results: ResultsFolder | undefined;
  readonly #printer: Printer;
  readonly #order: InOrder;

  constructor(given: TellingOptions) {
    const { options, screen, whole } = given;
    const { tag = false, results } = options;
    // Lines of JSON have the input already.
    const { output: format = tag ? "values" : "jsonl" } = options;
    this.#options = given;
    const joblog = openOutput("joblog", options.joblog, "a");
    this.#joblog = joblog === undefined ? undefined : this.#logTo(joblog);
    this.#results = results === undefined
      ? undefined
      : opened("results", results, (path) => new ResultsFolder(path));
    this.#output = new LineWriter(
      (text, done) => screen.print(text, done),
      (error) => {
        // A reader that has gone away ends nothing but the writing to it.
        if (!isBrokenPipe(error)) given.failed(error, "results");
      },
    );
    this.#printer = new Printer({ format, tag, whole }, this.#output, (text) => screen.say(text));
    this.#order = new InOrder((outcome) => this.#tell(outcome));
  }

  /** How the inputs ended that it has told of. */
  get summary(): Summary {
    return this.#printer.summary;
  }

  /** Takes what came of an input, as soon as it is known. */
  completed(outcome: Outcome): void {
    this.#joblog?.add(jobLine(outcome));
    try {
      this.#results?.write(outcome);
    } catch (error) {
      this.#options.failed(error as Error, "results");
    }
    if (this.#options.options.unordered) this.#tell(outcome);
    else this.#order.add(outcome);
  }

  /** Tells what is left, though something before it is missing. */
  end(): void {
    this.#order.end();
  }

  /** Waits for a slow reader, if there is one. */
  async room(): Promise<void> {
    if (this.#output.full) await this.#output.drained();
    if (this.#joblog?.full) await this.#joblog.drained();
  }

  /** Waits until all has been written. */
  async written(): Promise<void> {
    await this.#output.drained();
    await this.#joblog?.drained();
  }

  #tell(outcome: Outcome): void {
    this.#printer.tell(outcome);
    this.#options.told();
  }

  #logTo(file: number): LineWriter {
    const log = createWriteStream("", { fd: file });
    return new LineWriter(
      (text, done) => void log.write(text, done),
      (error) => this.#options.failed(error, "the job log"),
    );
  }
}

/** Whether an error says that the reader has gone away. */
function isBrokenPipe(error: Error): boolean {
  return (error as { code?: string }).code === "EPIPE" || error.name === "BrokenPipe";
}
