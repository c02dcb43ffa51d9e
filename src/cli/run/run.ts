import process from "node:process";
import { isInstance, show, TaskCancelledError, TaskTimeoutError } from "../../base/errors.ts";
import { printable } from "../../base/printable.ts";
import { type Timed, Timers } from "../../base/timers.ts";
import { type ProgressDisplay, trackProgress } from "../../progress/track.ts";
import type { TaskQueue } from "../../queue/queue.ts";
import type { StreamOptions } from "../../queue/stream.ts";
import { divertStdout } from "../../runtime/diverted_stdout.ts";
import { runtime } from "../../runtime/here.ts";
import type { TaskResult } from "../../task/result.ts";
import type { AnyFunction } from "../../task/task.ts";
import { type EndSignal, type Host, STATUS_BY_SIGNAL } from "../host.ts";
import { opened, openOutput } from "../input/files.ts";
import { limitKey } from "../input/keys.ts";
import { type Inputs, openInputs, type Origin, readsStdin } from "../input/source.ts";
import type { OptionValues } from "../options/options.ts";
import { UsageError } from "../options/usage.ts";
import { notRead, notRun, type Outcome } from "../output/outcome.ts";
import { Screen } from "../output/screen.ts";
import { Telling } from "../output/telling.ts";
import { Feed, type Job } from "./feed.ts";
import { HaltPolicy } from "./halt_policy.ts";
import { type LivePage, serveLivePage } from "./live_page.ts";
import { MachineWatch } from "./machine.ts";
import { RunMemory } from "./memory.ts";
import { type ReportFiles, writeReports } from "./report.ts";
import type { Work } from "./work.ts";

/** Tasks in flight for each worker: enough to send it short ones by the dozen. */
const TASKS_PER_WORKER = 256;
/** More are not held, however many workers there may be, as in a cluster. */
const MAX_WINDOW = 10_000;

/** What is to be run. */
export interface RunPlan {
  readonly work: Work;
  readonly origin: Origin;
  readonly options: OptionValues;
  /** The options as they were typed. */
  readonly typed: Readonly<Record<string, string>>;
  /** Whether progress is shown. */
  readonly hasProgress: boolean;
}

/**
 * Runs a work over its inputs.
 *
 * @param plan What to run.
 * @param host The process.
 * @returns The exit status.
 * @throws {UsageError} (rejects) When the function, the input or a file isn't there.
 */
export async function runToEnd(plan: RunPlan, host: Host): Promise<number> {
  const stdout = divertStdout();
  const screen = new Screen(host, stdout);
  try {
    return await new Run(plan, host, screen).toEnd();
  } finally {
    screen.restore();
    stdout.restore();
  }
}

/**
 * One run: inputs go into a stream of the queue, and what comes of each is told as soon as its task has ended or, by
 * default, in its turn.
 *
 * However it is ended early (by a signal, its time, a failure), it is ended in one way: no more inputs are taken, and
 * the tasks are cancelled, protected ones that are running excepted.
 */
class Run {
  readonly #plan: RunPlan;
  readonly #inputs: Inputs;
  readonly #queue: TaskQueue;
  readonly #screen: Screen;
  readonly #telling: Telling;
  readonly #feed: Feed;
  /** What is written in the end. */
  readonly #files: ReportFiles;
  readonly #memory: RunMemory | undefined;
  readonly #halt: HaltPolicy | undefined;
  readonly #stopListening: () => void;
  /** The jobs that the queue was given and that have not ended, by their arguments. */
  readonly #open = new Map<unknown, Job>();
  /** No more inputs are taken. */
  readonly #end = new AbortController();
  /** The tasks are cancelled. */
  readonly #cancel = new AbortController();
  readonly #timers = new Timers(runtime.quietClock, () => {});
  readonly #timeLimit: Timed = { timer: 0, expire: () => this.#timeOut() };
  #progress: ProgressDisplay | undefined;
  #counts = { completed: 0, failed: 0 };
  /** Whether the machine is too busy for anything to start. */
  #isHeld = false;
  /** Whether it was stopped since it had done what it was to do. */
  #isEnough = false;
  /** The status for the signal that has ended it. */
  #interrupted: number | undefined;
  /** Why something could not be read or written. */
  #broken: Error | undefined;

  constructor(plan: RunPlan, host: Host, screen: Screen) {
    const { work, origin, options } = plan;
    const { batch = 1, checkpoint, halt } = options;
    this.#plan = plan;
    this.#inputs = openInputs(origin, options);
    this.#screen = screen;
    this.#telling = new Telling({
      options,
      whole: work.printsWhole,
      screen,
      told: () => this.#feed.told(),
      failed: (error, what) => {
        this.#break(error);
        this.#stop(new TaskCancelledError(`Cancelled because ${what} could not be written`));
      },
    });
    this.#queue = this.#createQueue();
    const trace = openOutput("trace", options.trace, "w");
    const report = openOutput("report", options.report, "w");
    this.#files = { trace, report };
    if (checkpoint !== undefined) {
      this.#memory = opened("checkpoint", checkpoint, (path) => new RunMemory(path, work));
    }
    if (halt !== undefined) this.#halt = new HaltPolicy(halt);
    this.#feed = new Feed({
      inputs: this.#inputs,
      work,
      memory: this.#memory,
      batch,
      window: this.#window * batch,
      done: (outcome) => this.#completed(outcome),
    });
    this.#stopListening = host.onSignal((signal) => this.#onSignal(signal));
    if (readsStdin(origin, options) && host.terminals.stdin) {
      this.#say("Type the inputs, one a line. Ctrl-D at the start of a line ends them");
    }
  }

  async toEnd(): Promise<number> {
    const { work, options, typed, hasProgress } = this.#plan;
    const { "run-timeout": runTimeout, dashboard: port } = options;
    let watch: MachineWatch | undefined;
    let page: LivePage | undefined;
    try {
      const fn = await work.prepare(this.#end.signal);
      if (port !== undefined) {
        page = await serveLivePage(this.#queue, work.title, port);
        this.#say(`See ${page.url}`);
      }
      if (runTimeout !== undefined) this.#timers.addIn(this.#timeLimit, runTimeout);
      if (hasProgress) this.#screen.bar = this.#progress = this.#track();
      watch = new MachineWatch(options, (held) => this.#hold(held));
      const run = this.#queue.run();
      await this.#runAll(fn).catch((error) => this.#break(error));
      await this.#queue.cancel();
      await work.gone();
      this.#tellLeft();
      writeReports(this.#files, await run, work.title, typed);
    } catch (error) {
      if (isInstance(error, UsageError)) throw error;
      this.#break(error);
    } finally {
      await page?.close();
      watch?.stop();
      this.#timers.remove(this.#timeLimit);
      this.#memory?.close();
      await this.#telling.written();
      this.#progress?.stop();
      this.#stopListening();
    }
    const status = this.#conclude();
    await this.#screen.written();
    return status;
  }

  get #window(): number {
    return Math.min(TASKS_PER_WORKER * this.#queue.workers, MAX_WINDOW);
  }

  #createQueue(): TaskQueue {
    const { work, options } = this.#plan;
    const { workers, rate, burst, key, trace, report } = options;
    const { "key-workers": keyWorkers, "key-rate": keyRate } = options;
    const limits = key && { limits: { [key]: { workers: keyWorkers, rate: keyRate } } };
    try {
      return work.createQueue({
        workers,
        rate,
        burst,
        ...limits,
        // Until it is shut down: whenever the input is slow there may be nothing to do.
        mode: "infinite",
        retain: trace === undefined && report === undefined ? "none" : "all",
        onComplete: (result) => this.#taskEnded(result),
        onRetry: () => this.#cancelIfIdle(),
      });
    } catch (error) {
      // Lanes differ in what they can do.
      throw new UsageError((error as Error).message);
    }
  }

  async #runAll(fn: AnyFunction): Promise<void> {
    const results = this.#queue.stream(fn, this.#items(), this.#streamOptions());
    // Each was told of as it ended: the loop is there for a slow reader to slow it down.
    for await (const _result of results) await this.#telling.room();
  }

  /** The arguments of each job. */
  async *#items(): AsyncGenerator<readonly unknown[]> {
    for await (const job of this.#feed.jobs(this.#end.signal)) {
      this.#open.set(job.args, job);
      yield job.args;
    }
  }

  #streamOptions(): StreamOptions {
    const { work, options } = this.#plan;
    const { timeout, retries, backoff, jitter, key, "retry-delay": retryDelay } = options;
    const jobOf = (args: unknown) => this.#open.get(args)!;
    const keysOf = (args: unknown) => {
      const value = limitKey(key!, jobOf(args).inputs[0]);
      return value === undefined ? {} : { [key!]: value };
    };
    return {
      name: work.name,
      timeout,
      retries,
      retryDelay,
      backoff,
      jitter,
      ...(key !== undefined && { keys: keysOf }),
      signal: this.#cancel.signal,
      // They are put in order together with inputs that no task is needed for.
      ordered: false,
      settled: true,
      window: this.#window,
      metadataOf: jobOf,
    };
  }

  /** Of inputs: a task may be for several, and for some there is none. */
  #track(): ProgressDisplay {
    const queue = this.#queue;
    const counts = this.#counts;
    const counted = {
      get stats() {
        return { ...queue.stats, ...counts };
      },
    };
    const total = () => this.#inputs.total;
    return trackProgress(counted, { total, output: this.#screen.barOutput });
  }

  // What comes of inputs

  #taskEnded(result: TaskResult): void {
    const job = result.metadata as Job;
    this.#open.delete(job.args);
    const outcomes = this.#plan.work.outcomes(job.inputs, result);
    const recorded = this.#memory?.record(outcomes) ?? outcomes;
    for (const outcome of recorded) this.#completed(outcome);
    this.#cancelIfIdle();
  }

  /** An input has come to its end, in the order in which they do. */
  #completed(outcome: Outcome): void {
    const { status } = outcome;
    this.#counts.completed++;
    if (status === "failed") this.#counts.failed++;
    this.#telling.completed(outcome);
    if (this.#end.signal.aborted) return;
    const halt = this.#halt;
    if (status === "failed" && this.#plan.options["fail-first"]) {
      this.#stop(new TaskCancelledError("Cancelled because an input failed"));
    } else if (halt?.isReached(status, this.#inputs.total)) {
      this.#isEnough = halt.isSuccess;
      this.#stop(new TaskCancelledError(`Cancelled because ${halt.reason}`), halt.now);
    }
  }

  /** Tells of the inputs that the end of the run has left: they were read, so they count. */
  #tellLeft(): void {
    const reason = this.#end.signal.reason ?? this.#broken;
    const jobs = [...this.#open.values()].flatMap(({ inputs }) => inputs);
    for (const input of [...jobs, ...this.#feed.takeLeft()]) {
      this.#completed(input.unreadable === undefined ? notRun(input, reason) : notRead(input));
    }
    this.#telling.end();
  }

  // The end

  /**
   * Takes no more inputs.
   *
   * @param reason Why.
   * @param now Whether what runs is cancelled, too.
   */
  #stop(reason: unknown, now = !this.#plan.options["must-complete"]): void {
    if (this.#end.signal.aborted) return;
    this.#end.abort(reason);
    if (now) return this.#cancel.abort(reason);
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

  #hold(held: boolean): void {
    if (held === this.#isHeld || this.#end.signal.aborted) return;
    this.#isHeld = held;
    if (held) this.#queue.pause();
    else this.#queue.resume();
  }

  #timeOut(): void {
    const limit = this.#plan.options["run-timeout"];
    this.#stop(new TaskTimeoutError(`The run took longer than ${limit} ms`));
  }

  #onSignal(signal: EndSignal): void {
    if (this.#interrupted !== undefined) {
      this.#plan.work.kill();
      this.#progress?.clear();
      process.exit(this.#interrupted);
    }
    this.#interrupted = STATUS_BY_SIGNAL[signal];
    const reason = new TaskCancelledError(`Cancelled by ${signal}`);
    // It may have been waiting for what runs, which the user doesn't.
    if (this.#end.signal.aborted && !this.#plan.options["must-complete"]) {
      this.#cancel.abort(reason);
    }
    this.#stop(reason);
  }

  #say(text: string): void {
    this.#screen.say(`${text}\n`);
  }

  #break(error: unknown): void {
    // An input that was taken while the run was ended is refused for that reason.
    if (error === this.#end.signal.reason) return;
    this.#broken ??= error instanceof Error ? error : new Error(show(error));
  }

  #conclude(): number {
    if (this.#broken !== undefined) this.#say(printable(this.#broken.message));
    const { summary } = this.#telling;
    const { failed, cancelled } = summary;
    this.#say(summary.text(this.#queue.stats.retried, this.#interrupted !== undefined));
    if (this.#interrupted !== undefined) return this.#interrupted;
    if (this.#broken !== undefined) return 1;
    return failed + cancelled === 0 || this.#isEnough ? 0 : 1;
  }
}
