import type { Clock } from "../../base/clock.ts";
import { runtime } from "../../runtime/here.ts";
import { processes } from "../../runtime/processes.ts";
import type { SpawnOptions, Subprocess, SubprocessExit } from "../../runtime/runtime.ts";
import { writeToStdout } from "../../runtime/stdout.ts";
import type { TaskHandle } from "../../queue/mod.ts";
import type { LinkListener, WorkerLink } from "../pool/host/link.ts";
import { untilQuiet } from "../pool/host/quiet.ts";
import type { PoolClaims } from "../pool/wire/claims.ts";
import type { PoolJournal } from "../pool/wire/journal.ts";
import {
  ABORT,
  BEGUN,
  type DownMessage,
  type Greeting,
  isEnd,
  READY,
  RUN,
  type UpMessage,
  WRITTEN,
} from "../pool/wire/protocol.ts";
import { hear, SentClaims } from "../pool/wire/told_claims.ts";
import { decode, encode, encodeWithin } from "./codec.ts";
import { createMark, END, type FrameListener, FrameReader, REST, sized } from "./frames.ts";
import type { MemoryWatch, WatchedChild } from "./memory_watch.ts";
import { Output, type OutputStream } from "./output.ts";
import { PipeReader } from "./pipe_reader.ts";
import { createSharedState } from "./shared_state.ts";

const { quietClock } = runtime;

/** What a child is sent first. */
export interface ProcessGreeting extends Greeting {
  /** Its mark, as numbers. */
  readonly mark: readonly number[];
  readonly maxMessageSize: number;
  /** Where what it shares with the pool is. */
  readonly sharedState: string | null;
  /** How long what its tasks left running may go on once it is told to end. */
  readonly lingerMs: number;
  /** Whether it marks on its standard error where tasks begin and end. */
  readonly marksErrors: boolean;
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
  /** What looks at their memory, if anything does. */
  readonly memory: MemoryWatch | undefined;
  /** Who is given what they write, by task, if it is not to be passed on. */
  readonly onOutput:
    | ((task: TaskHandle | undefined, stream: OutputStream, bytes: Uint8Array) => void)
    | undefined;
}

/** More than this isn't sent ahead of its turn. */
const MAX_UNWRITTEN_BYTES = 1 << 20;
/** A child that has had no task for this long is told to rest. */
const REST_AFTER_MS = 5;

/**
 * The pool's end of a child process: frames over its standard input and output. What else comes from its standard
 * output, also from children of its own that outlive it, is passed on to this program's, or given to a hook.
 */
export class ProcessLink implements WorkerLink, FrameListener, WatchedChild {
  readonly claims: PoolClaims;
  readonly journal: PoolJournal | undefined;
  readonly #settings: ProcessSettings;
  readonly #listener: LinkListener;
  readonly #child: Subprocess;
  readonly #reader: FrameReader;
  readonly #shared;
  readonly #output: Output<TaskHandle> | undefined;
  readonly #pipes: PipeReader[] = [];
  /** How many processes the system had ended for want of memory when this one was started. */
  readonly #oomKills = processes.countOomKills();
  #killTimer: unknown;
  #restTimer: unknown;
  #idleSince = 0;
  /** Why the child is not to be understood: all that comes from it is passed on. */
  #broken: { readonly error: unknown } | undefined;
  /** Foreign bytes of the piece that is being read. */
  #foreign: Uint8Array[] = [];
  /** How many bytes wait to be written. */
  #unwritten = 0;
  /** It has had no task: it is as small as any other. */
  #isFresh = false;
  /** That it had more memory than it may have, for which it was killed. */
  #excess: string | undefined;
  /** It was told to end. */
  #told = false;
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
    const { maxMessageSize, sharesState, memory, onOutput } = settings;
    const mark = createMark();
    this.#reader = new FrameReader(mark, maxMessageSize, this);
    this.#shared = sharesState ? createSharedState() : undefined;
    this.claims = this.#shared?.claims ?? new SentClaims();
    // What is noted there would be known before what the task wrote has been given.
    this.journal = onOutput === undefined ? this.#shared?.journal : undefined;
    if (onOutput !== undefined) {
      const taskOf = (ticket: number) => listener.taskOf(ticket);
      this.#output = new Output(mark, maxMessageSize, { taskOf, written: onOutput });
    }
    try {
      memory?.open();
      const first: ProcessGreeting = {
        ...greeting,
        mark: [...mark],
        maxMessageSize,
        sharedState: this.#shared?.path ?? null,
        lingerMs: 2 * settings.killDelay,
        marksErrors: onOutput !== undefined,
      };
      const bytes = [encode(first)];
      this.#child = processes.spawn(settings.spawnOptions(kind), onOutput !== undefined);
      this.#send(bytes);
    } catch (error) {
      this.#unshare();
      throw error;
    }
    this.#read();
    memory?.add(this);
    this.#child.exited.then((exit) => this.#end(exit));
  }

  get pid(): number {
    return this.#child.pid;
  }

  post(message: DownMessage): void {
    if (message[0] === RUN) this.#isFresh = false;
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
    return untilQuiet(() => this.#pipes.reduce((sum, { pieces }) => sum + pieces, 0));
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
    this.#told = true;
    if (!isIdle) return this.#terminate();
    this.#send([END]);
    const { clock, killDelay } = this.#settings;
    this.#killTimer = clock.setTimer(() => this.#terminate(), killDelay);
  }

  forget(): void {
    this.hold(false);
  }

  // What the child's output holds

  frame(payload: Uint8Array): void {
    const message = decode(payload) as UpMessage;
    if (hear(this.claims, message)) {
      if (message[0] === BEGUN) this.#output?.began("stdout", message[1]);
      return;
    }
    if (message[0] === WRITTEN) return this.#output?.written(message[1]);
    if (message[0] === READY) this.#isFresh = true;
    if (this.#output === undefined || !isEnd(message)) return this.#deliver(message);
    this.#output.ended(message[1] as number, () => this.#deliver(message));
  }

  foreign(bytes: Uint8Array): void {
    if (this.#output === undefined) this.#foreign.push(bytes.slice());
    else this.#output.give("stdout", bytes);
  }

  // What its memory tells

  exceeded(bytes: number): void {
    // Another would be no smaller. It is left for its first task to fail.
    if (this.#isFresh || this.#exited) return;
    this.#excess = `${mebibytes(bytes)} used, memoryLimit is ` +
      mebibytes(this.#settings.memory!.memoryLimit);
    // At once: what it does on its way out would take more.
    this.#child.kill("SIGKILL");
  }

  outgrown(): void {
    this.#listener.outgrown();
  }

  // Within

  #send(pieces: readonly Uint8Array[]): void {
    const frame = sized(pieces);
    this.#unwritten += frame.length;
    const written = () => {
      this.#unwritten -= frame.length;
    };
    // A child that no longer reads has ended, or will: that is told by its exit.
    this.#child.write(frame).then(written, () => {});
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
    else this.#send([REST]);
  };

  #setHeld(): void {
    if (this.#held !== this.#busy) this.#child.hold(this.#held = this.#busy);
  }

  #deliver(message: UpMessage): void {
    if (this.#over) return;
    if (isEnd(message)) this.#settings.memory?.taskEnded(this);
    this.#listener.received(message);
  }

  #read(): void {
    const child = this.#child;
    const passOn = () =>
      this.#foreign.length > 0 ? writeToStdout(this.#foreign.splice(0)) : undefined;
    const take = (bytes: Uint8Array) => {
      this.#take(bytes);
      return passOn();
    };
    const finish = () => {
      this.#reader.end();
      return passOn();
    };
    this.#pipes.push(new PipeReader(() => child.read(), take, finish));
    const output = this.#output;
    if (output === undefined) return;
    const takeErrors = (bytes: Uint8Array) => output.takeErrors(bytes);
    const finishErrors = () => output.finish();
    this.#pipes.push(new PipeReader(() => child.readErrors(), takeErrors, finishErrors));
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

  async #end(exit: SubprocessExit): Promise<void> {
    this.#exited = true;
    this.#settings.clock.clearTimer(this.#killTimer);
    quietClock.clearTimer(this.#restTimer);
    this.#child.closeInput();
    await Promise.all(this.#pipes.map((pipe) => pipe.drain()));
    // What holds its standard error open longer is not itself.
    this.#output?.finish();
    await this.#settings.memory?.remove(this);
    this.#over = true;
    this.hold(false);
    const { exitCode, signal } = exit;
    const outOfMemory = this.#lackOfMemory(exit);
    this.#listener.closed({
      ...(exitCode !== undefined && { exitCode }),
      ...(signal !== undefined && { signal }),
      ...(outOfMemory !== undefined && { outOfMemory }),
      ...this.#broken,
    });
    this.#unshare();
  }

  /** How it is known that an end was for want of memory; `undefined` if it isn't. */
  #lackOfMemory(exit: SubprocessExit): string | undefined {
    if (processes.hadFullHeap(exit)) return `its heap was full, it ended by ${exit.signal}`;
    if (exit.signal !== "SIGKILL") return undefined;
    if (this.#excess !== undefined || this.#told || this.#oomKills === undefined) {
      return this.#excess;
    }
    const isSystems = processes.countOomKills()! > this.#oomKills;
    return isSystems ? `the system had none left and ended it by ${exit.signal}` : undefined;
  }

  /** Lets go of what is shared. A child that got so far has removed the file. */
  #unshare(): void {
    this.#shared?.remove();
    this.#shared?.close();
  }
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 104_857.6) / 10} MiB`;
}
