/**
 * What a queue is given: the tasks of a program's scripts, in all the ways in which tasks are submitted.
 *
 * @module
 */
import type { PlainHandle, TaskGroup, TaskHandle, TaskOptions, TaskQueue } from "../../mod.ts";
import type { Portable } from "../../src/portable/portable.ts";
import { simulated } from "./bodies.ts";
import { LIMITS, type QueueScript, type Step, type TaskScript } from "./program.ts";
import type { Surroundings } from "./surroundings.ts";
import { numberOf, type Submission, type Witness } from "./witness.ts";

/** The submissions to a queue. */
export class Submissions {
  /** The groups that were submitted. */
  readonly groups: TaskGroup<unknown>[] = [];
  readonly #queue: TaskQueue<Portable>;
  readonly #script: QueueScript;
  readonly #witness: Witness;
  readonly #surroundings: Surroundings;
  readonly #known: () => readonly (readonly [id: string, handle: PlainHandle])[];
  readonly #all: Submission[] = [];

  /**
   * @param queue what they are submitted to
   * @param script what that was opened with
   * @param witness hears of them
   * @param surroundings the time, and the signals that they are given
   * @param known all tasks that are known, by queue and number
   */
  constructor(
    queue: TaskQueue<Portable>,
    script: QueueScript,
    witness: Witness,
    surroundings: Surroundings,
    known: () => readonly (readonly [id: string, handle: PlainHandle])[],
  ) {
    this.#queue = queue;
    this.#script = script;
    this.#witness = witness;
    this.#surroundings = surroundings;
    this.#known = known;
  }

  /** The submission of a number. */
  at(number: number): Submission {
    return this.#all[number];
  }

  #submission(script: TaskScript, unheard = false): [Submission, TaskOptions] {
    const { runIn, retryIf, inRetryIf } = script;
    const { clock } = this.#surroundings;
    const signal = script.signal === undefined
      ? undefined
      : this.#surroundings.signals[script.signal];
    const runAt = runIn === undefined ? undefined : clock.wallNow() + runIn;
    const number = this.#all.length;
    const known = this.#known();
    const after = known.length === 0
      ? []
      : script.after.map((which) => known[which % known.length]);
    // The tasks of batches are several on purpose.
    const dedupes = !unheard && script.dedupe !== undefined;
    const madeAt = clock.now();
    const submission = { number, script, signal, runAt, madeAt, unheard, after, dedupes };
    this.#all.push(submission);
    const { priority, retries, retryDelay, backoff, maxRetryDelay, jitter, timeout } = script;
    const { delay, grace, mustComplete, detached } = script;
    return [submission, {
      ...{ priority, retries, retryDelay, backoff, maxRetryDelay, jitter, timeout },
      ...{ delay, grace, mustComplete, detached, runAt },
      keys: this.#keysOf(script),
      after: after.map(([, handle]) => handle as TaskHandle),
      dedupe: dedupes ? script.dedupe : undefined,
      name: "task",
      metadata: submission,
      signal: signal?.controller.signal,
      retryIf: retryIf === "none" ? undefined : (_error, attempt) => {
        if (attempt === 1) this.#surroundings.doInside(inRetryIf);
        return retryIf === "always";
      },
    }];
  }

  #keysOf(script: TaskScript): Record<string, string> {
    const keys: Record<string, string> = {};
    for (const name of LIMITS) {
      const key = script[name];
      if (this.#script[name] !== undefined && key !== undefined) keys[name] = key;
    }
    return keys;
  }

  /** @param submit submits, and returns the handles */
  #submitAll(wanted: number, submit: () => readonly TaskHandle[]): number[] | undefined {
    this.#witness.note({ is: "submitting", count: wanted });
    let handles: readonly TaskHandle[] | undefined;
    let refusal: Error | undefined;
    try {
      handles = submit();
    } catch (error) {
      refusal = error as Error;
    }
    this.#witness.note({ is: "submitted", count: wanted });
    if (refusal !== undefined) this.#witness.note({ is: "refused", wanted, error: refusal.name });
    return handles?.map((handle) => this.#witness.know(handle));
  }

  /** Submits a task; returns nothing if that is refused. */
  submit(script: TaskScript): PlainHandle | undefined {
    const [submission, options] = this.#submission(script);
    const args = this.#argumentsOf(submission)(0);
    if (submission.dedupes) return this.#submitOnce(script.dedupe!, args, options);
    const task = this.#submitAll(1, () => [this.#queue.submit(simulated, args, options)])?.[0];
    return task === undefined ? undefined : this.#witness.handles.get(task);
  }

  /** Submits a task unless one stands for it. */
  #submitOnce(
    dedupe: string,
    args: [number, number | (() => number)],
    options: TaskOptions,
  ): PlainHandle | undefined {
    const twins = this.#witness.twins(dedupe);
    const known = new Set(this.#witness.handles.keys());
    let isNew = false;
    let error: string | undefined;
    const task = this.#submitAll(1, () => {
      try {
        const handle = this.#queue.submit(simulated, args, options);
        isNew = !known.has(numberOf(handle));
        return [handle];
      } catch (refusal) {
        error = (refusal as Error).name;
        throw refusal;
      }
    })?.[0];
    this.#witness.note({ is: "deduped", twins, task, isNew, error });
    return task === undefined ? undefined : this.#witness.handles.get(task);
  }

  /** The arguments of a submission's tasks; each is given a number of its own among them. */
  #argumentsOf(
    { number, script }: Submission,
  ): (index: number) => [number, number | (() => number)] {
    // A function can't be sent.
    return (index) => script.sendable ? [number, index] : [number, () => index];
  }

  /** Submits several tasks with one call. */
  submitBatch(how: "map" | "group", script: TaskScript, count: number): void {
    const [submission, options] = this.#submission(script, true);
    const args = this.#argumentsOf(submission);
    const items = Array.from({ length: count }, (_, index) => args(index));
    let group: TaskGroup<unknown> | undefined;
    const tasks = this.#submitAll(count, () => {
      if (how === "map") return this.#queue.map(simulated, items, options);
      group = this.#queue.group(simulated, items, options);
      return group.handles;
    });
    if (tasks === undefined || group === undefined) return;
    this.groups.push(group);
    const made = group;
    this.#witness.ask({ what: "group", tasks }, () => made.wait());
  }

  /** Submits a task once there is room for it. */
  submitWhenReady(script: TaskScript): void {
    const [submission, options] = this.#submission(script, true);
    const args = this.#argumentsOf(submission)(0);
    this.#witness.ask({ what: "submitWhenReady", signal: submission.signal?.number }, async () => {
      this.#witness.know(await this.#queue.submitWhenReady(simulated, args, options));
    });
  }

  /** Goes through the results of a stream. */
  stream(step: Step & { do: "stream" }): void {
    const { count, window, ordered, settled, leaveAfter } = step;
    const [submission, options] = this.#submission(step.task, true);
    const args = this.#argumentsOf(submission);
    const items = Array.from({ length: count }, (_, index) => args(index));
    const signal = submission.signal?.number;
    this.#witness.ask({ what: "stream", window, signal }, async () => {
      const stream = this.#queue.stream(simulated, items, { ...options, window, ordered, settled });
      let taken = 0;
      for await (const _ of stream) if (++taken > leaveAfter) break;
    });
  }
}
