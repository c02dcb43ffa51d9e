import { show, TrilaneError } from "../../base/errors.ts";
import type { Port, Thread, ThreadModule } from "../../runtime/runtime.ts";
import { threads } from "../../runtime/threads.ts";
import type { Exit, LinkListener, WorkerLink } from "../pool/host/link.ts";
import { untilQuiet } from "../pool/host/quiet.ts";
import { Claims, type PoolClaims } from "../pool/wire/claims.ts";
import { Journal } from "../pool/wire/journal.ts";
import type { DownMessage, Greeting, UpMessage } from "../pool/wire/protocol.ts";
import { hear, SentClaims } from "../pool/wire/told_claims.ts";
import { LEFT, LOADED, type ThreadGreeting } from "./greeting.ts";

/**
 * How long after a worker's end the runtime may take to say how it ended. Where it says so of each, only a machine that is very busy
 * takes longer than a moment; elsewhere nothing may come.
 */
const EXIT_DETAILS_MS = threads.tellsExit ? 5_000 : 20;

/**
 * The pool's end of a thread.
 *
 * All messages go over a port that was given to the worker: that its other end has closed is the one sign of a
 * worker's end that every runtime gives, whether it was ended, exited or failed; and it comes after all that was
 * posted.
 *
 * A worker that is ended while it is loading can take a runtime down with it. Where it can, that waits until it has loaded.
 */
export class ThreadLink implements WorkerLink {
  readonly claims: PoolClaims;
  readonly journal: Journal | undefined;
  readonly handsOver = true;
  /** What is sent to a thread that shares no memory can't be taken back. */
  readonly full: boolean;
  readonly #module: ThreadModule;
  readonly #thread: Thread;
  readonly #port: Port;
  readonly #listener: LinkListener;
  readonly #stopListening: () => void;
  /** How many messages have come. */
  #received = 0;
  #loaded = false;
  #killed = false;
  #ended = false;
  #released = false;
  #exit: { exitCode?: number; error?: unknown } = {};
  #told: (() => void) | undefined;

  /**
   * @param module What it runs.
   * @param sharesMemory Whether threads share memory.
   * @throws When it can't be started, or something in the greeting can't be sent.
   */
  constructor(
    greeting: Greeting,
    listener: LinkListener,
    module: ThreadModule,
    sharesMemory: boolean,
  ) {
    this.#listener = listener;
    this.#module = module;
    const shared = sharesMemory ? { claims: new Claims(), journal: new Journal() } : undefined;
    this.claims = shared?.claims ?? new SentClaims();
    this.journal = shared?.journal;
    this.full = !sharesMemory;
    const { own, given } = threads.createChannel();
    this.#port = own;
    try {
      // First, since it throws when the initializer's arguments can't be sent.
      own.postMessage(greeting);
      this.#thread = threads.start(
        module,
        `trilane-${greeting.queueId}-${greeting.workerId}`,
        { failed: (error) => this.#onFailure(error), ended: (exitCode) => this.#onExit(exitCode) },
      );
    } catch (error) {
      own.close();
      throw error;
    }
    this.#stopListening = own.listen(this.#onMessage, () => this.#end());
    const first: ThreadGreeting = {
      port: given,
      shared: shared && { claims: shared.claims.buffer, journal: shared.journal.buffer },
    };
    this.#thread.post(first, [given]);
  }

  get loading(): boolean {
    return !this.#loaded;
  }

  post(message: DownMessage, transferables?: Transferable[]): void {
    this.#port.postMessage(message, transferables);
  }

  catchUp(): Promise<void> {
    return untilQuiet(() => this.#received);
  }

  hold(busy: boolean): void {
    this.#thread.hold(busy);
    this.#port.hold(busy);
  }

  kill(): void {
    this.#killed = true;
    // Somebody may wait for its end, and for nothing else.
    this.hold(true);
    if (this.#loaded || threads.endsLoading) this.#terminate();
  }

  forget(): void {
    this.hold(false);
  }

  readonly #onMessage = (message: UpMessage | typeof LOADED | typeof LEFT) => {
    this.#received++;
    if (message === LEFT) return void this.#end();
    if (message !== LOADED) {
      if (!this.full || !hear(this.claims, message)) this.#listener.received(message);
      return;
    }
    this.#loaded = true;
    if (this.#killed) this.#terminate();
  };

  #terminate(): void {
    this.#thread.terminate();
    // What it has sent comes all the same.
    if (threads.endsSilently) setTimeout(() => this.#end(), EXIT_DETAILS_MS);
  }

  #onFailure(error: unknown): void {
    this.#exit.error = this.#loaded ? error : notLoaded(this.#module.url, error);
    this.#told?.();
    // What could not be loaded never had the port.
    if (!this.#loaded) this.#end();
  }

  #onExit(exitCode: number | undefined): void {
    // It is ended below in any case, which says nothing of how it ended.
    if (this.#released) return;
    this.#exit.exitCode = exitCode;
    this.#told?.();
    if (!this.#loaded) this.#end();
  }

  /** The port has closed; the worker's own events may come a little later. */
  async #end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    const { error, exitCode } = this.#exit;
    if (!this.#killed && error === undefined && exitCode === undefined) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      await new Promise<void>((resolve) => {
        this.#told = resolve;
        timer = setTimeout(resolve, EXIT_DETAILS_MS);
      });
      clearTimeout(timer);
    }
    this.#release();
    this.#listener.closed(this.#exit as Exit);
  }

  /** Lets go of the port and the worker; its errors may still come. */
  #release(): void {
    this.#released = true;
    this.#stopListening();
    this.#port.close();
    this.#thread.terminate();
  }
}

/** Why a thread that has said nothing may have failed. */
function notLoaded(module: URL, cause: unknown): TrilaneError {
  return new TrilaneError(
    `Cannot start a thread: its module ${module} could not be loaded: ${
      show(cause)
    }. If the program was bundled, make ` +
      '@trilane/trilane/thread/worker an entry point of the bundle too, and say where it is by the option "workerUrl"',
    { cause },
  );
}
