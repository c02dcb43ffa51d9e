import { createWriteStream, writeFileSync } from "node:fs";
import process from "node:process";
import { Checkpoint } from "../checkpoint/mod.ts";
import { isInstance, show, TaskCancelledError, TaskTimeoutError } from "../base/errors.ts";
import type { BatchOptions } from "../queue/resume.ts";
import type { TaskQueue } from "../queue/queue.ts";
import type { RunSummary } from "../queue/summary.ts";
import type { AnyFunction } from "../task/task.ts";
import { toHTML, toTrace } from "../report/mod.ts";
import { type Timed, Timers } from "../base/timers.ts";
import { type ProgressDisplay, trackProgress } from "../progress/track.ts";
import { type DivertedStdout, divertStdout } from "../runtime/diverted_stdout.ts";
import { runtime } from "../runtime/here.ts";
import { opened, openOutput } from "./files.ts";
import { type Inputs, openInputs } from "./input.ts";
import { createQueue } from "./lane.ts";
import { LineWriter } from "./line_writer.ts";
import { type Ended, jobLine, notJson, notRun, type Outcome, outcomeOf } from "./output.ts";
import type { MapPlan } from "./plan.ts";
import { Printer } from "./printer.ts";
import { findFunction } from "./target.ts";
import { UsageError } from "./usage.ts";

/** So many inputs for each worker are in flight: enough to send it short ones by the dozen. */
const WINDOW = 256;

/** The exit status for each signal that ends a run. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Runs `trilane map`.
 *
 * @param plan What to do.
 * @returns The exit status.
 * @throws {UsageError} (rejects) When the function, the input or a file isn't there.
 */
export async function runMap(plan: MapPlan): Promise<number> {
  const stdout = divertStdout();
  try {
    const run = new MapRun(plan, stdout);
    try {
      return await run.toEnd();
    } finally {
      run.dispose();
    }
  } finally {
    stdout.restore();
  }
}

/**
 * One run: inputs go into a stream of the queue, and what comes out of it is told.
 *
 * However it is ended early (by a signal, its time, a failure, a reader that has gone away), it is ended in one way:
 * no more inputs are taken, and the tasks are cancelled, protected ones that are running excepted.
 */
class MapRun {
  readonly #plan: MapPlan;
  readonly #inputs: Inputs;
  readonly #queue: TaskQueue;
  readonly #output: LineWriter;
  readonly #printer: Printer;
  readonly #joblog: LineWriter | undefined;
  /** What is written in the end. */
  readonly #files: { readonly trace: number | undefined; readonly report: number | undefined };
  readonly #checkpoint: Checkpoint | undefined;
  /** No more inputs are taken. */
  readonly #end = new AbortController();
  /** The tasks are cancelled. */
  readonly #cancel = new AbortController();
  readonly #timers = new Timers(runtime.quietClock, () => {});
  readonly #timeLimit: Timed = { timer: 0, expire: () => this.#timeOut() };
  #progress: ProgressDisplay | undefined;
  /** The status for the signal that has ended it. */
  #interrupted: number | undefined;
  /** Why something could not be read or written. */
  #broken: Error | undefined;
  /** Whoever read the results has gone away. */
  #unread = false;
  #taken = 0;
  /** Inputs that had been read when the run was ended, and that no task was made for. */
  #left: readonly string[] = [];
  #onTold: (() => void) | undefined;

  constructor(plan: MapPlan, stdout: DivertedStdout) {
    const { options } = plan;
    const { workers, rate, burst, checkpoint, lane = "thread" } = options;
    this.#plan = plan;
    this.#inputs = openInputs(plan);
    const joblog = openOutput("--joblog", options.joblog, "a");
    this.#joblog = joblog === undefined ? undefined : this.#logTo(joblog);
    const trace = openOutput("--trace", options.trace, "w");
    const report = openOutput("--report", options.report, "w");
    this.#files = { trace, report };
    if (checkpoint !== undefined) {
      this.#checkpoint = opened("--checkpoint", checkpoint, (path) => new Checkpoint(path));
    }
    this.#queue = createQueue(lane, {
      workers,
      rate,
      burst,
      // Until it is shut down: whenever the input is slow there may be nothing to do.
      mode: "infinite",
      retain: trace === undefined && report === undefined ? "none" : "all",
      onComplete: (result) => this.#completed(result.metadata, result),
      onRetry: () => this.#cancelIfIdle(),
    });
    this.#output = new LineWriter(
      (text, done) => {
        if (process.stdout.isTTY) this.#progress?.clear();
        stdout.write(text, done);
      },
      (error) => {
        this.#unread = isBrokenPipe(error);
        if (!this.#unread) this.#break(error);
        this.#stop(new TaskCancelledError("Cancelled because results could not be written"));
      },
    );
    const { output: format = "jsonl" } = options;
    this.#printer = new Printer(format, this.#output, (text) => this.#say(text));
    for (const signal of Object.keys(SIGNALS)) process.on(signal, this.#onSignal);
  }

  /** Lets go of what it holds. */
  dispose(): void {
    for (const signal of Object.keys(SIGNALS)) process.off(signal, this.#onSignal);
  }

  async toEnd(): Promise<number> {
    const { target, options } = this.#plan;
    const { lane = "thread", "run-timeout": runTimeout } = options;
    try {
      const fn = await findFunction(target, lane, this.#end.signal);
      if (runTimeout !== undefined) this.#timers.addIn(this.#timeLimit, runTimeout);
      this.#progress = this.#track();
      const run = this.#queue.run();
      await this.#runAll(fn).catch((error) => this.#break(error));
      await this.#queue.cancel();
      if (this.#end.signal.aborted && !this.#unread) this.#cancelLeft();
      this.#report(await run);
    } catch (error) {
      if (isInstance(error, UsageError)) throw error;
      this.#break(error);
    } finally {
      this.#timers.remove(this.#timeLimit);
      await this.#output.drained();
      await this.#joblog?.drained();
      this.#checkpoint?.close();
      this.#progress?.stop();
    }
    return this.#conclude();
  }

  async #runAll(fn: AnyFunction): Promise<void> {
    const results = this.#queue.stream(fn, this.#items(), {
      ...this.#taskOptions(),
      ordered: !this.#plan.options.unordered,
      settled: true,
      window: WINDOW * this.#queue.workers,
      metadataOf: (input: unknown) => input,
    });
    for await (const result of results) {
      this.#printer.tell(outcomeOf(result.metadata, result));
      this.#onTold?.();
      if (this.#output.full) await this.#output.drained();
      if (this.#joblog?.full) await this.#joblog.drained();
    }
  }

  #report(summary: RunSummary): void {
    const { trace, report } = this.#files;
    if (trace !== undefined) writeFileSync(trace, JSON.stringify(toTrace(summary)));
    if (report !== undefined) writeFileSync(report, toHTML(summary));
  }

  #taskOptions(): BatchOptions {
    const { target, options } = this.#plan;
    const { timeout, retries, backoff, jitter, "retry-delay": retryDelay } = options;
    return {
      name: target.name,
      timeout,
      retries,
      retryDelay,
      backoff,
      jitter,
      signal: this.#cancel.signal,
      checkpoint: this.#checkpoint,
      // Functions of one name in two modules are different work.
      namespace: `${target.url}#${target.name}`,
    };
  }

  #track(): ProgressDisplay | undefined {
    const { progress, "no-progress": none } = this.#plan.options;
    const shown = progress ?? (!none && process.stderr.isTTY === true);
    return shown ? trackProgress(this.#queue, { total: () => this.#inputs.total }) : undefined;
  }

  /** Each input as the stream takes it: an array is a list of arguments. */
  async *#items(): AsyncGenerator<unknown> {
    const { signal } = this.#end;
    for await (const batch of this.#inputs.batches(signal)) {
      let given = 0;
      try {
        for (; given < batch.length; given++) {
          if (signal.aborted) return;
          this.#taken++;
          let value: unknown;
          try {
            value = this.#parse(batch[given]);
          } catch (error) {
            await this.#refuse(batch[given], error);
            continue;
          }
          yield value;
        }
      } finally {
        // One that was yielded may have been refused, since the run was ended.
        this.#left = batch.slice(given);
      }
    }
  }

  #parse(input: string): unknown {
    return this.#plan.options.json ? JSON.parse(input) : input;
  }

  /** Tells in its turn of an input that isn't JSON. */
  async #refuse(input: string, cause: unknown): Promise<void> {
    const { unordered } = this.#plan.options;
    while (!unordered && this.#printer.summary.total < this.#taken - 1) {
      await new Promise<void>((resolve) => this.#onTold = resolve);
    }
    this.#tellUntried(notJson(input, cause));
  }

  /** Tells of the inputs that the end of the run has left: they were read, so they count. */
  #cancelLeft(): void {
    for (const input of this.#left) {
      try {
        this.#tellUntried(notRun(this.#parse(input), this.#end.signal.reason));
      } catch (error) {
        this.#tellUntried(notJson(input, error));
      }
    }
  }

  /** Tells of an input that no task was made for. */
  #tellUntried(outcome: Outcome): void {
    this.#completed(outcome.input, outcome);
    this.#printer.tell(outcome);
  }

  /** An input has come to its end, in the order in which they do. */
  #completed(input: unknown, ended: Ended): void {
    this.#joblog?.add(jobLine(input, ended));
    if (ended.status === "failed" && this.#plan.options["fail-first"]) {
      this.#stop(new TaskCancelledError("Cancelled because an input failed"));
    }
    this.#cancelIfIdle();
  }

  #say(text: string): void {
    this.#progress?.clear();
    process.stderr.write(`${text}\n`);
  }

  #logTo(file: number): LineWriter {
    const log = createWriteStream("", { fd: file });
    return new LineWriter((text, done) => void log.write(text, done), (error) => {
      this.#break(error);
      this.#stop(new TaskCancelledError("Cancelled because the job log could not be written"));
    });
  }

  // The end

  #stop(reason: unknown): void {
    if (this.#end.signal.aborted) return;
    this.#end.abort(reason);
    if (!this.#plan.options["must-complete"]) return this.#cancel.abort(reason);
    this.#queue.pause();
    this.#cancelIfIdle();
    const { activeCount } = this.#queue;
    const tasks = activeCount === 1 ? "task" : "tasks";
    if (activeCount > 0) this.#say(`Waiting for ${activeCount} running ${tasks}`);
  }

  /** Nothing that is protected runs any more: the rest isn't to begin. */
  #cancelIfIdle(): void {
    const { signal } = this.#end;
    if (!signal.aborted || this.#queue.activeCount > 0) return;
    this.#cancel.abort(signal.reason);
  }

  #timeOut(): void {
    const limit = this.#plan.options["run-timeout"];
    this.#stop(new TaskTimeoutError(`The run took longer than ${limit} ms`));
  }

  readonly #onSignal = (signal: keyof typeof SIGNALS) => {
    if (this.#interrupted !== undefined) {
      this.#progress?.clear();
      process.exit(this.#interrupted);
    }
    this.#interrupted = SIGNALS[signal];
    this.#stop(new TaskCancelledError(`Cancelled by ${signal}`));
  };

  #break(error: unknown): void {
    // An input that was taken while the run was ended is refused for that reason.
    if (error === this.#end.signal.reason) return;
    this.#broken ??= error instanceof Error ? error : new Error(show(error));
  }

  #conclude(): number {
    if (this.#broken !== undefined) this.#say(this.#broken.message);
    const { summary } = this.#printer;
    const { failed, cancelled } = summary;
    if (this.#unread) return failed > 0 ? 1 : 0;
    const { retried } = this.#queue.stats;
    this.#say(summary.text(retried, this.#interrupted !== undefined));
    if (this.#interrupted !== undefined) return this.#interrupted;
    return failed + cancelled > 0 || this.#broken !== undefined ? 1 : 0;
  }
}

function isBrokenPipe(error: Error): boolean {
  return (error as { code?: string }).code === "EPIPE" || error.name === "BrokenPipe";
}
