/**
 * What the functions of tasks do, on the event loop and in simulated workers.
 *
 * @module
 */
import { currentTask, defineTasks, type PlainHandle, type TaskContext } from "../../mod.ts";
import type { Happening } from "./history.ts";
import { never, type SimulatedLink } from "./link.ts";
import type { AttemptScript, Step, TaskScript } from "./program.ts";
import type { SteppedClock } from "./stepped_clock.ts";

/** What a task throws. */
export class Failure extends Error {
  readonly retryAfter: number | undefined;

  constructor(retryAfter: number | undefined) {
    super("failed");
    this.retryAfter = retryAfter;
  }
}

/** What a queue offers to the functions of its tasks. */
export interface Host {
  readonly clock: SteppedClock;
  /** Resolves when those that hang are let go. */
  readonly released: Promise<void>;
  note(happening: Happening): void;
  /** Keeps the program from all else for a time. */
  compute(ms: number): void;
  /** Does what is done from within tasks. */
  doInside(steps: readonly Step[]): void;
  /** Whether its tasks run in workers. */
  readonly isPool: boolean;
  /** The worker that has begun an attempt, where there are any. */
  linkOf(task: number, attempt: number): SimulatedLink | undefined;
  /** Whether an attempt can submit a task to a queue and wait for it. */
  canWaitOn(queue: number): boolean;
  /** Does so; returns nothing if the queue refuses the task. */
  submitFor(queue: number, ms: number): PlainHandle | undefined;
  /** What the tasks of a submission do. */
  scriptOf(submission: number): TaskScript;
}

const hosts = new Map<string, Host>();

/** Has the tasks of a queue find what it offers them, until taken back. */
export function hostTasks(queueId: string, host: Host): () => void {
  hosts.set(queueId, host);
  return () => hosts.delete(queueId);
}

/** The function of all tasks, which workers find as that of any portable task. */
export const { simulated } = defineTasks(import.meta.url, {
  simulated(submission: number, place: number | (() => number)): unknown {
    const context = currentTask();
    const { id, attempt } = context;
    const dash = id.lastIndexOf("-");
    const host = hosts.get(id.slice(0, dash))!;
    const task = Number(id.slice(dash + 1));
    const script = host.scriptOf(submission);
    // On the event loop there are those who can't be sent.
    const index = typeof place === "number" ? place : place();
    const own = attemptOf(script, index, attempt);
    return new Body(host, script, own, context, task, host.linkOf(task, attempt)).run();
  },
});

/** What an attempt does; those of one batch differ. */
function attemptOf({ attempts }: TaskScript, index: number, attempt: number): AttemptScript {
  return attempts[Math.min(attempt - 1 + index, attempts.length - 1)];
}

/** One call of the function. */
class Body {
  readonly #host: Host;
  readonly #script: TaskScript;
  readonly #own: AttemptScript;
  readonly #context: TaskContext;
  readonly #task: number;
  readonly #attempt: number;
  readonly #link: SimulatedLink | undefined;
  #ended = false;

  constructor(
    host: Host,
    script: TaskScript,
    own: AttemptScript,
    context: TaskContext,
    task: number,
    link: SimulatedLink | undefined,
  ) {
    this.#host = host;
    this.#script = script;
    this.#own = own;
    this.#context = context;
    this.#task = task;
    this.#attempt = context.attempt;
    this.#link = link;
  }

  run(): unknown {
    const [task, attempt] = [this.#task, this.#attempt];
    const link = this.#link;
    if (!this.#host.isPool) this.#host.note({ is: "begins", task, attempt });
    this.#host.note({ is: "called", task, attempt });
    // It must not have been called.
    if (this.#host.isPool && link === undefined) return never();
    const { kind, ms, touches } = this.#own;
    const isBusy = link !== undefined && (kind === "compute" || kind === "spin");
    const stopped = touches && !isBusy ? this.#untilStopped() : undefined;
    if (attempt === 1) this.#host.doInside(this.#script.inside);
    // That may have been the end of its worker.
    if (link?.dead) return never();
    if (link === undefined) {
      if (kind === "compute") this.#host.compute(ms);
      if (kind === "compute" || (ms === 0 && this.#isPlain)) return this.#end();
    } else {
      if (isBusy) return this.#compute(link);
      if (kind === "crash" && ms === 0) return this.#crash(link);
      if (ms === 0 && this.#isPlain) return this.#end();
    }
    const work = this.#work();
    return (stopped === undefined ? work : Promise.race([work, stopped])).then(
      () => this.#end(),
      (error) => {
        this.#ends(error instanceof Failure ? "throw" : "stopped");
        throw error;
      },
    );
  }

  /** Whether it just returns or throws. */
  get #isPlain(): boolean {
    const { kind } = this.#own;
    return kind === "value" || kind === "throw" || kind === "unsendable" || kind === "crash";
  }

  async #work(): Promise<void> {
    const { kind, ms, waitsOn } = this.#own;
    if (kind === "hang" || kind === "spin") {
      return await (this.#link === undefined ? this.#host.released : never());
    }
    if ((kind !== "wait" && kind !== "wait later") || !this.#host.canWaitOn(waitsOn)) {
      await this.#sleep(ms);
      if (kind === "crash" && this.#link !== undefined) await this.#crash(this.#link);
      return;
    }
    const inner = this.#host.submitFor(waitsOn, ms);
    if (inner === undefined) return;
    if (kind === "wait later") await this.#sleep(ms);
    const [task, attempt] = [this.#task, this.#attempt];
    if (this.#link === undefined) this.#host.note({ is: "lends", task, attempt });
    await this.#context.wait(inner);
    if (this.#link === undefined) this.#host.note({ is: "goes on", task, attempt });
    else if (this.#link.dead) await never();
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#link !== undefined) this.#link.after(ms, resolve);
      else this.#host.clock.setTimer(resolve, ms);
    });
  }

  #crash(link: SimulatedLink): Promise<never> {
    link.die({ exitCode: 3 }, "crash");
    return never();
  }

  /** Keeps its worker from all else. */
  #compute(link: SimulatedLink): Promise<unknown> {
    const { kind, ms, touches, stops, cleanup } = this.#own;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const looks = touches && stops !== "never";
    // It has asked once, so that it is trusted to ask again.
    if (touches && this.#context.cancelled) {
      this.#ends("stopped");
      this.#context.throwIfCancelled();
    }
    let told = false;
    link.compute(
      kind === "spin" ? Infinity : ms,
      () => {
        if (this.#ended) return;
        try {
          resolve(this.#end());
        } catch (error) {
          reject(error);
        }
      },
      looks
        ? () => {
          if (told || this.#ended || !this.#context.cancelled) return;
          told = true;
          link.after(stops === "at once" ? 0 : cleanup, () => {
            if (this.#ended) return;
            this.#ends("stopped");
            reject(new Error("stopped"));
            link.yields();
          });
        }
        : undefined,
    );
    return promise;
  }

  /** Rejects when the attempt is interrupted, if its script has it do something about that. */
  #untilStopped(): Promise<never> {
    const { promise, reject } = Promise.withResolvers<never>();
    promise.catch(() => {});
    const { signal } = this.#context;
    const { stops, cleanup } = this.#own;
    const [task, attempt] = [this.#task, this.#attempt];
    const onAbort = () => {
      if (this.#ended || this.#link?.dead) return;
      this.#host.note({ is: "hears", task, attempt });
      if (this.#attempt === 1) this.#host.doInside(this.#script.onAbort);
      if (stops === "never") return;
      const stop = () => reject(signal.reason);
      if (stops === "at once" || cleanup === 0) stop();
      else if (this.#link !== undefined) this.#link.after(cleanup, stop);
      else this.#host.clock.setTimer(stop, cleanup);
    };
    this.#host.note({ is: "listens", task, attempt });
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    return promise;
  }

  /** It returns or throws. */
  #end(): unknown {
    const { kind } = this.#own;
    const throws = kind === "throw" || (kind === "crash" && this.#link === undefined);
    this.#ends(throws ? "throw" : "value");
    if (throws) throw new Failure(this.#script.retryAfter);
    return kind === "unsendable" && this.#link !== undefined
      ? () => {}
      : `value of ${this.#attempt}`;
  }

  #ends(how: "value" | "throw" | "stopped"): void {
    // A worker that has died has been told of.
    if (this.#ended || this.#link?.dead) return;
    this.#ended = true;
    if (this.#link !== undefined) return this.#link.ends(how);
    this.#host.note({ is: "ends", task: this.#task, attempt: this.#attempt, how });
  }
}
