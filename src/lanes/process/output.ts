import { BEGUN, type UpMessage, WRITTEN } from "../pool/wire/protocol.ts";
import { decode } from "./codec.ts";
import { type FrameListener, FrameReader } from "./frames.ts";

/** Where a child writes. */
export type OutputStream = "stdout" | "stderr";

/** Who is given what a child writes. */
export interface OutputListener<T> {
  /** The task that a ticket stands for. */
  taskOf(ticket: number): T | undefined;
  /** A task, or code that ran before the first, has written something. */
  written(task: T | undefined, stream: OutputStream, bytes: Uint8Array): void;
}

/**
 * Whose is what a child writes. Standard output has the messages in it, so there it is plain where a task begins and ends. On
 * standard error the child marks both. The word of a task's end is held back until all that the task wrote has been given.
 */
export class Output<T> implements FrameListener {
  readonly #listener: OutputListener<T>;
  readonly #reader: FrameReader;
  readonly #owners: Record<OutputStream, T | undefined> = { stdout: undefined, stderr: undefined };
  /** The end that is held back. */
  #held: { readonly ticket: number; readonly tell: () => void } | undefined;
  /** The last task whose standard error has all been given. */
  #written = 0;
  /** Nothing marks the ends of tasks any more. */
  #unmarked = false;

  /**
   * @param mark What the child's marks begin with.
   * @param maxSize How many bytes a message may have.
   */
  constructor(mark: Uint8Array, maxSize: number, listener: OutputListener<T>) {
    this.#listener = listener;
    this.#reader = new FrameReader(mark, maxSize, this);
  }

  /** A task begins: what comes from now on is its. */
  began(stream: OutputStream, ticket: number): void {
    this.#owners[stream] = this.#listener.taskOf(ticket);
  }

  /** Gives bytes to whom they belong. */
  give(stream: OutputStream, bytes: Uint8Array): void {
    this.#listener.written(this.#owners[stream], stream, bytes.slice());
  }

  /** A task has ended; calls back when what it wrote has been given. */
  ended(ticket: number, tell: () => void): void {
    this.#held = { ticket, tell };
    this.#tell();
  }

  /** All that a task wrote to standard error has been given. */
  written(ticket: number): void {
    this.#written = ticket;
    this.#tell();
  }

  /** Takes a piece of standard error. */
  takeErrors(bytes: Uint8Array): void {
    if (this.#unmarked) return this.foreign(bytes);
    try {
      this.#reader.push(bytes);
    } catch {
      // Somebody has overwritten a mark: what follows is given as it is.
      this.finish();
    }
  }

  /** No more marks will come. */
  finish(): void {
    if (!this.#unmarked) this.#reader.end();
    this.#unmarked = true;
    this.#tell();
  }

  // What standard error holds

  frame(payload: Uint8Array): void {
    const message = decode(payload) as UpMessage;
    if (message[0] === BEGUN) this.began("stderr", message[1]);
    else if (message[0] === WRITTEN) this.written(message[1]);
  }

  foreign(bytes: Uint8Array): void {
    this.give("stderr", bytes);
  }

  #tell(): void {
    if (this.#held === undefined) return;
    const { ticket, tell } = this.#held;
    if (!this.#unmarked && ticket !== this.#written) return;
    this.#held = undefined;
    tell();
  }
}
