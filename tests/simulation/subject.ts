/**
 * One of the queues of a program: what is done to it, and what it says.
 *
 * @module
 */
import {
  AsyncQueue,
  type PlainHandle,
  type QueueOptions,
  type TaskHandle,
  type TaskQueue,
  type TaskResult,
} from "../../mod.ts";
import type { Portable } from "../../src/portable/portable.ts";
import { type Host, hostTasks } from "./bodies.ts";
import type { Happening } from "./history.ts";
import type { SimulatedLink } from "./link.ts";
import { poolOptionsOf, SimulatedPool } from "./pool.ts";
import {
  type HookScript,
  type QueueScript,
  type RunScript,
  simpleTask,
  type Step,
  type TaskScript,
} from "./program.ts";
import type { SteppedClock } from "./stepped_clock.ts";
import { Submissions } from "./submissions.ts";
import type { Surroundings } from "./surroundings.ts";
import { Witness } from "./witness.ts";

/** What one queue needs to know of the others. */
export interface Neighbours {
  readonly index: number;
  /** Submits a task to a queue. */
  submitTo(queue: number, script: TaskScript): PlainHandle | undefined;
  /** All tasks that are known, by queue and number. */
  known(): readonly (readonly [id: string, handle: PlainHandle])[];
}

/** A queue, and all that is done to it. */
export class Subject implements Host {
  readonly script: QueueScript;
  readonly isPool: boolean;
  readonly queue: TaskQueue<Portable>;
  readonly links: SimulatedLink[] = [];
  readonly #witness: Witness;
  readonly #surroundings: Surroundings;
  readonly #neighbours: Neighbours;
  readonly #hooks: readonly HookScript[];
  readonly #hookCalls: Record<HookScript["hook"], number> = { start: 0, complete: 0, retry: 0 };
  readonly #submissions: Submissions;
  #stopHosting: (() => void) | undefined;

  constructor(
    script: QueueScript,
    hooks: readonly HookScript[],
    surroundings: Surroundings,
    neighbours: Neighbours,
  ) {
    this.script = script;
    this.isPool = script.lane !== "event loop";
    this.#hooks = hooks.filter(({ on }) => on === neighbours.index);
    this.#surroundings = surroundings;
    this.#witness = new Witness(surroundings, neighbours.index);
    this.#witness.onFirst = (queueId) => this.#stopHosting = hostTasks(queueId, this);
    this.#neighbours = neighbours;
    const { lane: _lane, pool: _pool, hosts, accounts, ...plain } = script;
    const options: QueueOptions = {
      ...plain,
      limits: hosts || accounts
        ? { ...hosts && { hosts }, ...accounts && { accounts } }
        : undefined,
      ...poolOptionsOf(script),
      clock: this.#witness.countTimers(this.#witness.timers),
      onStart: (handle: TaskHandle) => {
        this.#witness.started(handle);
        this.#runHook("start");
      },
      onComplete: (result: TaskResult) => {
        this.#witness.completed(result);
        this.#runHook("complete");
      },
      onRetry: (handle: TaskHandle, error: unknown) => {
        this.#witness.retried(handle, error);
        this.#runHook("retry");
      },
    };
    const idleClock = this.#witness.countTimers(this.#witness.idleTimers);
    this.queue = this.isPool
      ? new SimulatedPool(options, idleClock, {
        ...{ clock: this.clock, script, links: this.links, messages: { down: 0, up: 0 } },
        note: (happening) => this.note(happening),
        meet: (task, submission) => this.#witness.meet(task, this.#submissions.at(submission)),
      })
      : new AsyncQueue(options);
    this.#submissions = new Submissions(
      this.queue,
      script,
      this.#witness,
      surroundings,
      () => neighbours.known(),
    );
    this.note({ is: "opened", options: script });
  }

  compute(ms: number): void {
    this.#surroundings.compute(ms);
  }

  note(happening: Happening): void {
    this.#witness.note(happening);
  }

  noteStill(): void {
    this.#witness.noteStill(this.queue);
  }

  /** How many calls have not been answered. */
  get unanswered(): number {
    return this.#witness.unanswered;
  }

  // What it offers to its tasks

  get clock(): SteppedClock {
    return this.#surroundings.clock;
  }

  get released(): Promise<void> {
    return this.#surroundings.released;
  }

  doInside(steps: readonly Step[]): void {
    this.#surroundings.doInside(steps);
  }

  linkOf(task: number, attempt: number): SimulatedLink | undefined {
    return this.links.find((link) => link.has(task, attempt));
  }

  canWaitOn(queue: number): boolean {
    return !this.isPool || queue !== this.#neighbours.index;
  }

  submitFor(queue: number, ms: number): PlainHandle | undefined {
    return this.#neighbours.submitTo(queue, simpleTask(ms, 4));
  }

  scriptOf(submission: number): TaskScript {
    return this.#submissions.at(submission).script;
  }

  // What its hooks do

  #runHook(hook: HookScript["hook"]): void {
    const call = this.#hookCalls[hook]++;
    for (const script of this.#hooks) {
      if (script.hook === hook && script.call === call) this.doInside(script.steps);
    }
  }

  // What is done to it

  /** Does something to it. */
  do(step: Step): void {
    const { queue } = this;
    switch (step.do) {
      case "submit":
        this.submit(step.task);
        return;
      case "submitWhenReady":
        return this.#submissions.submitWhenReady(step.task);
      case "map":
      case "group":
        return this.#submissions.submitBatch(step.do, step.task, step.count);
      case "stream":
        return this.#submissions.stream(step);
      case "cancel":
        return this.#cancel(step.which);
      case "cancelGroup":
        return this.#cancelGroup(step.which);
      case "kill":
        // Word of it never comes while the queue is at work.
        this.clock.setTimer(() => this.#kill(step.which), 0);
        return;
      case "abort":
        return this.#surroundings.abort(step.signal);
      case "workers":
        this.note({ is: "resized", workers: step.workers });
        queue.workers = step.workers;
        return;
      case "shutdown":
        return this.#witness.ask(
          { what: "shutdown", force: step.force },
          () => queue.shutdown({ force: step.force }),
        );
      case "run":
        return this.#run(step.run);
      case "start":
      case "join":
        return this.#witness.ask({ what: step.do }, async () => {
          await (step.do === "start" ? queue.start() : queue.join());
        });
      case "reset":
        return this.reset();
      case "clear":
        this.note({ is: "cleared" });
        return queue.clearResults();
      case "pause":
        this.note({ is: "paused" });
        return queue.pause();
      case "resume":
        this.note({ is: "resumed" });
        return queue.resume();
    }
  }

  /** One of its workers dies, whatever it does. */
  #kill(which: number): void {
    const living = this.links.filter(({ dead }) => !dead);
    if (living.length === 0) return;
    living[which % living.length].die({ signal: "SIGKILL", error: new Error("no start") }, "crash");
  }

  get handles(): ReadonlyMap<number, PlainHandle> {
    return this.#witness.handles;
  }

  /** Submits a task; returns nothing if that is refused. */
  submit(script: TaskScript): PlainHandle | undefined {
    return this.#submissions.submit(script);
  }

  #cancel(which: number): void {
    const known = [...this.#witness.handles];
    if (known.length === 0) return;
    const [task, handle] = known[which % known.length];
    const reason = {};
    const why = `cancelled by ${this.#surroundings.history.length}`;
    this.#surroundings.reasons.set(reason, why);
    this.note({ is: "cancelling", task, why });
    const said = handle.cancel(reason);
    this.note({ is: "cancelled", task, said, status: handle.status });
  }

  #cancelGroup(which: number): void {
    const { groups } = this.#submissions;
    const group = groups[which % groups.length];
    if (group === undefined) return;
    const tasks = group.handles.map((handle) => this.#witness.know(handle));
    this.note({ is: "leaving", tasks });
    group.cancel();
    for (const [i, { status }] of group.handles.entries()) {
      this.note({ is: "cancelled", task: tasks[i], said: false, status });
    }
  }

  #run(run: RunScript): void {
    const { timeout, failPolicy, strict } = run;
    const signal = run.signal === undefined ? undefined : this.#surroundings.signals[run.signal];
    const options = { timeout, failPolicy, strict, signal: signal?.controller.signal };
    this.#witness.ask({ what: "run", run, signal: signal?.number }, () => this.queue.run(options));
  }

  reset(): void {
    // What hooks submit now would be on neither side of the reset.
    const { quiet } = this.#surroundings;
    this.#surroundings.quiet = true;
    this.note({ is: "resetting" });
    try {
      this.queue.reset();
      this.note({ is: "reset" });
    } catch (error) {
      this.note({ is: "reset", error: (error as Error).name });
    } finally {
      this.#surroundings.quiet = quiet;
    }
  }

  // How it ends

  /** Cancels all tasks one by one. */
  cancelEach(): void {
    for (let which = 0; which < this.#witness.handles.size; which++) this.#cancel(which);
  }

  /** A queue that was shut down is as good as new after a reset: just as many tasks run at once. */
  beReused(): void {
    const { size } = this.script;
    this.reset();
    const many = Math.min(2 * this.queue.workers, size || Infinity);
    for (let i = 0; i < many; i++) this.submit(simpleTask(10, 3));
    this.do({ on: this.#neighbours.index, do: "join" });
  }

  /** What hangs comes to its end. */
  release(): void {
    for (const link of this.links) link.release();
  }

  /** It is needed no more. */
  giveBack(): void {
    this.#stopHosting?.();
    for (const link of this.links) link.giveBack();
  }
}
