import type { Clock } from "../base/clock.ts";
import type { Exit, LinkListener, WorkerLink } from "../lanes/pool/host/link.ts";
import { Claims } from "../lanes/pool/wire/claims.ts";
import { encodeThrown } from "../lanes/pool/wire/error_codec.ts";
import {
  type DownMessage,
  ERROR,
  type Greeting,
  RUN,
  type RunMessage,
  type UpMessage,
} from "../lanes/pool/wire/protocol.ts";
import { attemptsOf } from "../lanes/pool/wire/run_message.ts";
import { Runner } from "../lanes/pool/worker/runner.ts";
import { runtime } from "../runtime/here.ts";
import type { TaskCaller } from "../task/context.ts";
import type { Fault, Faults } from "./faults.ts";

/**
 * The pool's end of a worker that is no thread: its tasks run right here. All that goes to it and comes from it is
 * cloned and takes a microtask, as it takes a message to a thread.
 *
 * It is sent one task at a time.
 */
export class InlineLink implements WorkerLink {
  readonly claims: Claims = new Claims();
  readonly journal = undefined;
  readonly #listener: LinkListener;
  readonly #clock: Clock;
  readonly #faults: Faults | undefined;
  readonly #runner: Runner;
  /** Of an attempt that begins late. */
  #timer: unknown;
  #ended = false;

  constructor(
    greeting: Greeting,
    listener: LinkListener,
    clock: Clock,
    caller: TaskCaller,
    faults: Faults | undefined,
  ) {
    this.#listener = listener;
    this.#clock = clock;
    this.#faults = faults;
    const post = (message: UpMessage, transfer: Transferable[] = []) =>
      this.#carry(message, transfer, (copy) => this.#listener.received(copy));
    this.#runner = new Runner(
      { post, report: runtime.report },
      this.claims,
      undefined,
      structuredClone(greeting),
      () => clock.now(),
      caller,
    );
    this.#runner.start();
  }

  post(message: DownMessage, transfer: Transferable[] = []): void {
    this.#carry(message, transfer, (copy) => {
      if (copy[0] === RUN) this.#run(copy);
      else this.#runner.receive(copy);
    });
  }

  kill(): void {
    queueMicrotask(() => this.#end({}));
  }

  // It keeps no program alive.

  hold(): void {}

  forget(): void {}

  /** Brings a copy of a message to the other side, unless the worker has ended by then. */
  #carry<M>(message: M, transfer: Transferable[], receive: (copy: M) => void): void {
    const copy = structuredClone(message, { transfer });
    queueMicrotask(() => {
      if (!this.#ended) receive(copy);
    });
  }

  #run(message: RunMessage): void {
    // Reading uses up what it is given.
    const [{ ticket, name, attempt, args }] = attemptsOf(structuredClone(message));
    // It may have been taken back, which the runner finds out as well.
    const fault = this.claims.hasBegun(ticket) ? undefined : this.#ask(name, attempt, args);
    if (fault === undefined) return this.#runner.receive(message);
    if (isDelay(fault)) {
      this.#timer = this.#clock.setTimer(() => this.#runner.receive(message), fault.delay);
      return;
    }
    this.claims.begin(ticket);
    if (fault === "crash") return this.#end({ exitCode: 1 });
    if (fault === "hang") return;
    // The runner passes over what has begun, but is told where the function is: later messages don't say it again.
    this.#runner.receive(message);
    this.#listener.received([ERROR, ticket, encodeThrown(fault), 0]);
  }

  #ask(name: string, attempt: number, args: readonly unknown[]): Fault | undefined {
    try {
      return this.#faults?.({ name, attempt, args });
    } catch (error) {
      return error as Error;
    }
  }

  #end(exit: Exit): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#clock.clearTimer(this.#timer);
    this.#listener.closed(exit);
  }
}

function isDelay(fault: Fault): fault is { readonly delay: number } {
  return typeof fault === "object" && "delay" in fault && !(fault instanceof Error);
}
