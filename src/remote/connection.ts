import { QueueClosedError, QueueStateError } from "../base/errors.ts";
import { Timers } from "../base/timers.ts";
import { decodeThrown } from "../lanes/pool/wire/error_codec.ts";
import type { QueueStats } from "../queue/queue.ts";
import { runtime } from "../runtime/here.ts";
import type { TaskStatus } from "../task/handle.ts";
import {
  ADMITTED,
  ANSWER,
  AWAIT,
  CHANGED,
  CLOSED,
  type DownMessage,
  ENDED,
  REFUSED,
  type SentResult,
  type UpMessage,
} from "./protocol.ts";

/** As long as someone waits for something to come, its port may not be collected. */
const held = new Set<Connection>();

/** A request that has no answer yet. */
interface Request {
  /** As a message names it. */
  readonly what: string;
  answer(value: unknown): void;
  refuse(error: unknown): void;
}

/** A task that was submitted over the port. */
export interface ConnectedTask {
  readonly id: string;
  /** It has taken a step. */
  change(status: TaskStatus, attempts: number, progress: unknown): void;
  /** It has ended. */
  end(sent: SentResult): void;
  /** Nothing more will be said of it. */
  lose(error: QueueStateError): void;
}

/** What a port can do beyond the standard, where the runtime has it. */
interface RuntimePort extends MessagePort {
  ref?(): void;
  unref?(): void;
  on?(type: "close", listener: () => void): void;
}

/**
 * This thread's end of a shared queue's port: matches answers to requests and brings tasks what is said of them.
 *
 * It keeps the program alive as long as a request has no answer or someone waits for a task, and no longer.
 */
export class Connection {
  /** Where the timeouts of waits are kept. */
  readonly timers: Timers = new Timers(runtime.clock, () => {});
  readonly #port: RuntimePort;
  readonly #requests = new Map<number, Request>();
  /** The tasks that have not ended, by id. */
  /** By id: a task may stand for several submissions. */
  readonly #tasks = new Map<string, ConnectedTask[]>();
  #last = 0;
  #holds = 0;
  /** Why nothing can be said any more. */
  #closed: string | undefined;
  #lastStats: QueueStats | undefined;
  /** Whether the queue, as far as it has said, has been started or been told to. */
  started = true;

  constructor(port: MessagePort) {
    this.#port = port;
    port.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (Array.isArray(data)) { for (const message of data) this.#take(message); }
    };
    const onClose = () => this.close("its other end has closed");
    // In the thread that made it the port is one of `node:worker_threads`.
    if (this.#port.on !== undefined) this.#port.on("close", onClose);
    else port.addEventListener("close", onClose);
    this.#port.unref?.();
  }

  /** Whether nothing can be said any more. */
  get closed(): boolean {
    return this.#closed !== undefined;
  }

  /** The last statistics of a queue that has closed. */
  get lastStats(): QueueStats | undefined {
    return this.#lastStats;
  }

  /**
   * Asks something of the queue.
   *
   * @param what The request, as a message names it.
   * @param make Makes the message, of the request's number.
   * @param transferables What is to be transferred with it.
   * @param receive Called with the answer as soon as it comes: what is said next may build on it.
   * @returns What `receive` returns.
   * @throws {QueueClosedError} (rejects) When the connection closes first.
   * @throws (rejects) What the queue throws.
   * @throws When something in the message can't be sent; then nothing is.
   */
  request<T, A = T>(
    what: string,
    make: (request: number) => UpMessage,
    transferables: Transferable[] = [],
    receive: (answer: A) => T = (answer) => answer as unknown as T,
  ): Promise<T> {
    if (this.#closed !== undefined) return Promise.reject(this.#closedError(what));
    const request = ++this.#last;
    this.#port.postMessage(make(request), transferables);
    const release = this.hold();
    return new Promise((resolve, reject) => {
      this.#requests.set(request, {
        what,
        answer(value) {
          resolve(receive(value as A));
          release();
        },
        refuse(error) {
          release();
          reject(error);
        },
      });
    });
  }

  /** Says something that has no answer. */
  tell(message: UpMessage): void {
    if (this.#closed === undefined) this.#port.postMessage(message);
  }

  /** Says that somebody waits for a task, to a queue that was never started. */
  awaited(): void {
    if (this.started) return;
    this.started = true;
    this.tell([AWAIT, 0]);
  }

  /** Takes on a task that the queue has admitted. */
  follow(task: ConnectedTask): void {
    const known = this.#tasks.get(task.id);
    if (known === undefined) this.#tasks.set(task.id, [task]);
    else known.push(task);
  }

  /**
   * Keeps the program alive.
   *
   * @returns Ends that; once is enough.
   */
  hold(): () => void {
    if (this.#closed !== undefined) return () => {};
    if (this.#holds++ === 0) {
      held.add(this);
      this.#port.ref?.();
    }
    let over = false;
    return () => {
      if (over) return;
      over = true;
      if (--this.#holds > 0) return;
      held.delete(this);
      if (this.#closed === undefined) this.#port.unref?.();
    };
  }

  /** Closes the port, after which nothing can come of what is still waited for. */
  close(why: string): void {
    if (this.#closed !== undefined) return;
    this.#closed = why;
    this.#port.onmessage = null;
    this.#port.close();
    const requests = [...this.#requests.values()];
    this.#requests.clear();
    for (const { what, refuse } of requests) refuse(this.#closedError(what));
    const lost = new QueueStateError(`The connection to the queue is closed: ${why}`);
    for (const tasks of this.#tasks.values()) for (const task of tasks) task.lose(lost);
    this.#tasks.clear();
  }

  #closedError(what: string): QueueClosedError {
    return new QueueClosedError(
      `Cannot ${what}: the connection to the queue is closed, ${this.#closed}`,
    );
  }

  /** The port may be anyone's: what makes no sense is ignored. */
  #take(message: unknown): void {
    if (!Array.isArray(message)) return;
    try {
      this.#receive(message as unknown as DownMessage);
    } catch (error) {
      // What a request was answered with.
      if (typeof message[1] === "number") this.#requestOf(message[1])?.refuse(error);
    }
  }

  #receive(message: DownMessage): void {
    switch (message[0]) {
      case ADMITTED:
      case ANSWER:
        return this.#answer(message[1], message[2]);
      case REFUSED:
        return this.#requestOf(message[1])?.refuse(decodeThrown(message[2]));
      case CHANGED: {
        const [, id, status, attempts, progress] = message;
        for (const task of this.#tasks.get(id) ?? []) task.change(status, attempts, progress);
        return;
      }
      case ENDED: {
        const [, id, sent] = message;
        if (!isSentResult(sent)) return;
        const tasks = this.#tasks.get(id) ?? [];
        this.#tasks.delete(id);
        for (const task of tasks) task.end(sent);
        return;
      }
      case CLOSED:
        this.#lastStats = message[1];
        return this.close("the queue was shut down");
    }
  }

  #answer(number: number, value: unknown): void {
    // It stays one of those that wait if the answer makes no sense.
    this.#requests.get(number)?.answer(value);
    this.#requests.delete(number);
  }

  #requestOf(number: number): Request | undefined {
    const request = this.#requests.get(number);
    this.#requests.delete(number);
    return request;
  }
}

function isSentResult(value: unknown): value is SentResult {
  if (typeof value !== "object" || value === null) return false;
  const { status, base } = value as Record<string, unknown>;
  return typeof base === "object" && base !== null && ENDS.has(status);
}

const ENDS: ReadonlySet<unknown> = new Set(["succeeded", "failed", "cancelled"]);
