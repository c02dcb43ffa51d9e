import type { Clock } from "../core/clock.ts";
import { NotPortableError } from "../core/errors.ts";
import type { LinkListener, WorkerLink } from "../pool/link.ts";
import { type DownMessage, type Greeting, TOUCHED, type UpMessage } from "../pool/protocol.ts";
import { writeToStdout } from "../runtime/stdout.ts";
import { spawn, type SpawnOptions, type Subprocess } from "../runtime/subprocess.ts";
import { SentClaims } from "./claims.ts";
import { decode, encode } from "./codec.ts";
import { createMark, type FrameListener, FrameReader, sized } from "./frames.ts";

/** What a child is sent first. */
export interface ProcessGreeting extends Greeting {
  /** Its mark, as numbers. */
  readonly mark: readonly number[];
  readonly maxMessageSize: number;
}

/** What all children of a queue have in common. */
export interface ProcessSettings {
  /** How the next child is started. */
  spawnOptions(): SpawnOptions;
  readonly maxMessageSize: number;
  readonly killDelay: number;
  readonly clock: Clock;
}

/** So many milliseconds after a child's end its output may be silent before it counts as read. */
const SILENCE = 25;

/**
 * The pool's end of a child process: frames over its standard input and output. What else comes from its standard
 * output, also from children of its own that outlive it, is passed on to this program's.
 */
export class ProcessLink implements WorkerLink, FrameListener {
  readonly claims = new SentClaims();
  readonly journal = undefined;
  readonly #settings: ProcessSettings;
  readonly #listener: LinkListener;
  readonly #child: Subprocess;
  readonly #reader: FrameReader;
  #killTimer: unknown;
  /** The child speaks no sense: all that comes from it is passed on. */
  #broken: unknown;
  /** Foreign bytes of the piece that is being read. */
  #foreign: Uint8Array[] = [];
  /** When it last said something. */
  #heard = 0;
  #over = false;

  constructor(greeting: Greeting, listener: LinkListener, settings: ProcessSettings) {
    this.#settings = settings;
    this.#listener = listener;
    const { maxMessageSize } = settings;
    const mark = createMark();
    this.#reader = new FrameReader(mark, maxMessageSize, this);
    this.#child = spawn(settings.spawnOptions());
    const first: ProcessGreeting = { ...greeting, mark: [...mark], maxMessageSize };
    this.#send(encode(first));
    const read = this.#read();
    this.#child.exited.then((exit) => this.#end(exit, read));
  }

  post(message: DownMessage): void {
    const bytes = encode(message);
    const { maxMessageSize } = this.#settings;
    if (bytes.length > maxMessageSize) {
      throw new NotPortableError(
        `it takes ${bytes.length} bytes, and maxMessageSize is ${maxMessageSize}`,
      );
    }
    this.#send(bytes);
  }

  hold(busy: boolean): void {
    this.#child.hold(busy);
  }

  kill(): void {
    if (this.#over || this.#killTimer !== undefined) return;
    this.#child.hold(true);
    this.#child.kill("SIGTERM");
    const { clock, killDelay } = this.#settings;
    this.#killTimer = clock.setTimer(() => this.#child.kill("SIGKILL"), killDelay);
  }

  forget(): void {
    this.#over = true;
    this.#clearKillTimer();
    this.#child.kill("SIGKILL");
    this.#child.hold(false);
    this.#child.close();
  }

  // What the child's output holds

  frame(payload: Uint8Array): void {
    const message = decode(payload) as UpMessage;
    if (message[0] === TOUCHED) this.claims.touched(message[1]);
    else if (!this.#over) this.#listener.received(message);
  }

  foreign(bytes: Uint8Array): void {
    this.#foreign.push(bytes.slice());
  }

  // Within

  #send(bytes: Uint8Array): void {
    // A child that no longer reads has ended, or will: that is told by its exit.
    this.#child.write(sized(bytes)).catch(() => {});
  }

  async #read(): Promise<void> {
    for (;;) {
      const bytes = await this.#child.read().catch(() => undefined);
      if (bytes === undefined) break;
      this.#heard = this.#settings.clock.now();
      this.#take(bytes);
      // Waiting for it keeps a child that writes much from filling this program's memory.
      if (this.#foreign.length > 0) await writeToStdout(this.#foreign.splice(0));
    }
    this.#reader.end();
    if (this.#foreign.length > 0) await writeToStdout(this.#foreign.splice(0));
  }

  #take(bytes: Uint8Array): void {
    if (this.#broken !== undefined) return this.foreign(bytes);
    try {
      this.#reader.push(bytes);
    } catch (error) {
      this.#broken = error;
      this.kill();
    }
  }

  /** It has exited: what it wrote is still to be read, unless a child of its own holds its output open. */
  async #end(exit: { exitCode?: number; signal?: string }, read: Promise<void>): Promise<void> {
    this.#clearKillTimer();
    const { clock } = this.#settings;
    let done = false;
    read.then(() => done = true);
    const from = clock.now();
    while (!done) {
      const quiet = clock.now() - Math.max(from, this.#heard);
      if (quiet >= SILENCE) break;
      await Promise.race([
        read,
        new Promise<void>((resolve) => setTimeout(resolve, SILENCE - quiet)),
      ]);
    }
    if (this.#over) return;
    this.#over = true;
    if (done) this.#child.close();
    this.#child.hold(false);
    this.#listener.closed({
      ...exit,
      ...(this.#broken !== undefined && { error: this.#broken }),
    });
  }

  #clearKillTimer(): void {
    if (this.#killTimer !== undefined) this.#settings.clock.clearTimer(this.#killTimer);
  }
}
