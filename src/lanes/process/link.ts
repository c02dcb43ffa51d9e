import type { Clock } from "../../base/clock.ts";
import { runtime } from "../../runtime/here.ts";
import { processes } from "../../runtime/processes.ts";
import type { SpawnOptions, Subprocess, SubprocessExit } from "../../runtime/runtime.ts";
import { writeToStdout } from "../../runtime/stdout.ts";
import type { LinkListener, WorkerLink } from "../pool/host/link.ts";
import { untilQuiet } from "../pool/host/quiet.ts";
import type { PoolClaims } from "../pool/wire/claims.ts";
import type { PoolJournal } from "../pool/wire/journal.ts";
import {
  ABORT,
  BEGUN,
  type DownMessage,
  type Greeting,
  TOUCHED,
  type UpMessage,
} from "../pool/wire/protocol.ts";
import { SentClaims } from "./claims.ts";
import { decode, encode, encodeWithin } from "./codec.ts";
import { createMark, END, type FrameListener, FrameReader, REST, sized } from "./frames.ts";
import { createSharedState } from "./shared_state.ts";

const { quietClock } = runtime;

/** What a child is sent first. */
export interface ProcessGreeting extends Greeting {
  /** Its mark, as numbers. */
  readonly mark: readonly number[];
  readonly maxMessageSize: number;
  /** Where what it shares with the pool is. */
  readonly sharedState: string | undefined;
  /** How long what its tasks left running may go on once it is told to end. */
  readonly lingerMs: number;
}

/** What all children of a queue have in common. */
export interface ProcessSettings {
  /** How a child of a kind is started. */
  spawnOptions(kind: string | undefined): SpawnOptions;
  readonly maxMessageSize: number;
  readonly killDelay: number;
  readonly clock: Clock;
  /** Whether children share more than messages with the pool. */
  readonly sharesState: boolean;
}

/** More than this isn't sent ahead of its turn. */
const MAX_UNWRITTEN_BYTES = 1 << 20;
/** How long after a child's end its output may be silent before it counts as read. */
const SILENCE_MS = 25;
/** How many pieces of output, read after its end, hold all that it can have written: a pipe holds no more. */
const LAST_PIECES = 32;
/** A child that has had no task for this long is told to rest. */
const REST_AFTER_MS = 5;

/**
 * The pool's end of a child process: frames over its standard input and output. What else comes from its standard
 * output, also from children of its own that outlive it, is passed on to this program's.
 */
export class ProcessLink implements WorkerLink, FrameListener {
  readonly claims: PoolClaims & { begun?(ticket: number): void; touched?(ticket: number): void };
  readonly journal: PoolJournal | undefined;
  readonly #settings: ProcessSettings;
  readonly #listener: LinkListener;
  readonly #child: Subprocess;
  readonly #reader: FrameReader;
  readonly #shared;
  #killTimer: unknown;
  #restTimer: unknown;
  #idleSince = 0;
  /** Why the child is not to be understood: all that comes from it is passed on. */
  #broken: { readonly error: unknown } | undefined;
  /** Foreign bytes of the piece that is being read. */
  #foreign: Uint8Array[] = [];
  /** Foreign bytes are being passed on. */
  #passingOn = false;
  /** How many bytes wait to be written. */
  #unwritten = 0;
  /** How many pieces have been read. */
  #pieces = 0;
  /** Whether it is to keep the program alive, and whether it does. */
  #busy = true;
  #held = true;
  /** It has exited; what it wrote may still have to be read. */
  #exited = false;
  #over = false;

  /** @throws When it can't be started, or something in the greeting can't be sent. */
  constructor(
    greeting: Greeting,
    listener: LinkListener,
    kind: string | undefined,
    settings: ProcessSettings,
  ) {
    this.#settings = settings;
    this.#listener = listener;
    const { maxMessageSize, sharesState } = settings;
    const mark = createMark();
    this.#reader = new FrameReader(mark, maxMessageSize, this);
    this.#shared = sharesState ? createSharedState() : undefined;
    this.claims = this.#shared?.claims ?? new SentClaims();
    this.journal = this.#shared?.journal;
    try {
      const first: ProcessGreeting = {
        ...greeting,
        mark: [...mark],
        maxMessageSize,
        sharedState: this.#shared?.path,
        lingerMs: 2 * settings.killDelay,
      };
      const bytes = encode(first);
      this.#child = processes.spawn(settings.spawnOptions(kind));
      this.#send(bytes);
    } catch (error) {
      this.#unshare();
      throw error;
    }
    const read = this.#read();
    this.#child.exited.then((exit) => this.#end(exit, read));
  }

  post(message: DownMessage): void {
    const thrownAt = message[0] === ABORT ? 2 : undefined;
    this.#send(encodeWithin(message, this.#settings.maxMessageSize, thrownAt));
  }

  get full(): boolean {
    // What is sent to a child that shares nothing can't be taken back.
    return this.#shared === undefined || this.#unwritten > MAX_UNWRITTEN_BYTES;
  }

  canSend(value: unknown): boolean {
    try {
      return encode(value).length <= this.#settings.maxMessageSize;
    } catch {
      return false;
    }
  }

  catchUp(): Promise<void> {
    return untilQuiet(() => this.#pieces);
  }

  hold(busy: boolean): void {
    this.#busy = busy;
    if (!busy && !this.#exited) this.#watchIdle();
    if (busy === this.#held) return;
    // A worker that has ended a task gets the next at once, as a rule.
    if (busy) this.#setHeld();
    else queueMicrotask(() => this.#setHeld());
  }

  /** A child without a task ends by itself, once what its tasks left running has ended; if need be it is ended as well. */
  kill(): void {
    if (this.#exited || this.#killTimer !== undefined) return;
    const isIdle = !this.#busy && this.#broken === undefined;
    this.hold(true);
    if (!isIdle) return this.#terminate();
    this.#send(END);
    const { clock, killDelay } = this.#settings;
    this.#killTimer = clock.setTimer(() => this.#terminate(), killDelay);
  }

  forget(): void {
    this.hold(false);
  }

  // What the child's output holds

  frame(payload: Uint8Array): void {
    const message = decode(payload) as UpMessage;
    if (message[0] === BEGUN) this.claims.begun?.(message[1]);
    else if (message[0] === TOUCHED) this.claims.touched?.(message[1]);
    else if (!this.#over) this.#listener.received(message);
  }

  foreign(bytes: Uint8Array): void {
    this.#foreign.push(bytes.slice());
  }

  // Within

  #send(bytes: Uint8Array): void {
    this.#unwritten += bytes.length;
    const written = () => {
      this.#unwritten -= bytes.length;
    };
    // A child that no longer reads has ended, or will: that is told by its exit.
    this.#child.write(sized(bytes)).then(written, () => {});
  }

  #terminate(): void {
    this.#child.kill("SIGTERM");
    const { clock, killDelay } = this.#settings;
    this.#killTimer = clock.setTimer(() => this.#child.kill("SIGKILL"), killDelay);
  }

  /** It has no task. A timer is set anew only when the one before has fired: tasks come and go much more often. */
  #watchIdle(): void {
    this.#idleSince = quietClock.now();
    this.#restTimer ??= quietClock.setTimer(this.#onIdle, REST_AFTER_MS);
  }

  readonly #onIdle = () => {
    this.#restTimer = undefined;
    if (this.#busy || this.#exited) return;
    const left = REST_AFTER_MS - (quietClock.now() - this.#idleSince);
    if (left > 0) this.#restTimer = quietClock.setTimer(this.#onIdle, left);
    else this.#send(REST);
  };

  #setHeld(): void {
    if (this.#held !== this.#busy) this.#child.hold(this.#held = this.#busy);
  }

  async #read(): Promise<void> {
    for (;;) {
      const bytes = await this.#child.read().catch(() => undefined);
      if (bytes === undefined) break;
      this.#pieces++;
      this.#take(bytes);
      // Waiting for it keeps a child that writes much from filling this program's memory.
      if (this.#foreign.length > 0) await this.#passOn();
    }
    this.#reader.end();
    if (this.#foreign.length > 0) await this.#passOn();
  }

  #take(bytes: Uint8Array): void {
    if (this.#broken !== undefined) return this.foreign(bytes);
    try {
      this.#reader.push(bytes);
    } catch (error) {
      this.#broken = { error };
      this.kill();
    }
  }

  async #passOn(): Promise<void> {
    this.#passingOn = true;
    await writeToStdout(this.#foreign.splice(0));
    this.#passingOn = false;
  }

  async #end(exit: SubprocessExit, read: Promise<void>): Promise<void> {
    this.#exited = true;
    this.#settings.clock.clearTimer(this.#killTimer);
    quietClock.clearTimer(this.#restTimer);
    this.#child.closeInput();
    await this.#drain(read);
    this.#over = true;
    this.hold(false);
    const { exitCode, signal } = exit;
    this.#listener.closed({
      ...(exitCode !== undefined && { exitCode }),
      ...(signal !== undefined && { signal }),
      ...this.#broken,
    });
    this.#unshare();
  }

  /** Lets go of what is shared. A child that got so far has removed the file. */
  #unshare(): void {
    this.#shared?.remove();
    this.#shared?.close();
  }

  /**
   * Waits until what the child wrote has been read: up to the end of its output or, if children of its own hold that
   * open, until nothing more comes that can be its.
   */
  async #drain(read: Promise<void>): Promise<void> {
    let open = true;
    const ended = read.then(() => {
      open = false;
    });
    await Promise.resolve();
    const last = this.#pieces + LAST_PIECES;
    for (let seen = -1; open && this.#pieces < last;) {
      if (seen === this.#pieces && !this.#passingOn) return;
      seen = this.#pieces;
      await timeLimit(ended, SILENCE_MS);
    }
  }
}

/** Waits for a promise, but no longer than `ms` milliseconds. */
async function timeLimit(promise: Promise<void>, ms: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  await Promise.race([promise, new Promise<void>((resolve) => timer = setTimeout(resolve, ms))]);
  clearTimeout(timer);
}
