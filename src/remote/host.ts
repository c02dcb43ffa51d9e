import { MessageChannel, type MessagePort as NodePort } from "node:worker_threads";
import { NotPortableError, reasonOf } from "../base/errors.ts";
import { decodeThrown, type EncodedThrown, encodeThrown } from "../lanes/pool/wire/error_codec.ts";
import { canClone, decodeValue, encodeValue } from "../lanes/pool/wire/values.ts";
import { transfer } from "../portable/transfer.ts";
import type { TaskQueue } from "../queue/queue.ts";
import { listenOn } from "../runtime/port.ts";
import type { TaskOptions } from "../task/options.ts";
import type { TaskResult, TaskResultBase } from "../task/result.ts";
import type { Task } from "../task/task.ts";
import { checkedBatch, checkedIds } from "./checks.ts";
import {
  ABORT,
  ADMITTED,
  type Admitted,
  ANSWER,
  AWAIT,
  type Batch,
  CANCEL,
  CHANGED,
  CLOSED,
  type DownMessage,
  ENDED,
  REFUSED,
  type SentCall,
  type SentResult,
  SHUTDOWN,
  STATS,
  SUBMIT,
  type UpMessage,
} from "./protocol.ts";
import { Stubs } from "./stubs.ts";

/** As long as someone may hold the other end, neither port nor queue may be collected. */
const open = new Set<QueueHost>();

const stubs = new Stubs();

/** A task that the other end is told of. */
interface Followed {
  readonly task: Task;
  /** Ends that. */
  unfollow(): void;
}

/**
 * Serves a queue to whoever holds the other end of a port.
 *
 * The port doesn't keep the program alive. It is made by `node:worker_threads`, whose ports tell on every
 * runtime when the other end is gone: closed, or its thread ended. What was submitted goes on all the same.
 */
export class QueueHost {
  /** The end to give away. */
  readonly end: MessagePort;
  readonly #port: NodePort;
  readonly #stopListening: () => void;
  readonly #queue: TaskQueue<never>;
  readonly #closed: (host: QueueHost) => void;
  readonly #followed = new Map<string, Followed>();
  /** What stands here for the signals of the submitters, by request. */
  readonly #controllers = new Map<number, AbortController>();
  /** What is to be said at the end of this turn. */
  #messages: DownMessage[] = [];
  readonly #changed = new Set<Task>();
  #flushRequested = false;

  /**
   * @param queue The queue.
   * @param closed Called when the port is closed, whoever closed it.
   */
  constructor(queue: TaskQueue<never>, closed: (host: QueueHost) => void) {
    this.#queue = queue;
    this.#closed = closed;
    const { port1, port2 } = new MessageChannel();
    this.end = port2 as unknown as MessagePort;
    this.#port = port1;
    this.#stopListening = listenOn(port1, this.#onMessage, () => this.#end());
    port1.unref();
    open.add(this);
  }

  /** Says that the queue has closed, and closes the port. */
  close(): void {
    if (!open.has(this)) return;
    this.#say([CLOSED, this.#queue.stats]);
    this.#flush();
    this.#end();
  }

  /** Whoever holds the other end may send anything: what can't be answered is ignored, what makes no sense refused. */
  readonly #onMessage = (message: UpMessage | undefined) => {
    if (!Array.isArray(message) || typeof message[1] !== "number") return;
    try {
      this.#receive(message as unknown as UpMessage);
    } catch (error) {
      this.#say([REFUSED, message[1], encodeThrown(error)]);
    }
  };

  #receive(message: UpMessage): void {
    switch (message[0]) {
      case SUBMIT:
        return this.#submit(message[1], checkedBatch(message[2]));
      case ABORT:
        return this.#controllers.get(message[1])?.abort(decodeThrown(message[2]));
      case CANCEL:
        return this.#cancel(message[1], checkedIds(message[2]), message[3]);
      case SHUTDOWN:
        return void this.#shutdown(message[1]);
      case STATS:
        return this.#say([ANSWER, message[1], this.#queue.stats]);
      case AWAIT:
        return this.#awaited();
    }
  }

  #end(): void {
    if (!open.delete(this)) return;
    this.#stopListening();
    this.#port.close();
    for (const { unfollow } of this.#followed.values()) unfollow();
    this.#followed.clear();
    this.#controllers.clear();
    this.#changed.clear();
    this.#messages = [];
    this.#closed(this);
  }

  // What is asked for

  #submit(request: number, batch: Batch): void {
    let controller: AbortController | undefined;
    if (batch.signal) controller = new AbortController();
    if (batch.aborted !== undefined) controller?.abort(decodeThrown(batch.aborted));
    const { groupId, tasks } = submitTo(this.#queue, batch, {
      ...batch.options,
      metadata: decodeValue(batch.options.metadata),
      signal: controller?.signal,
    });
    const { timeOrigin } = performance;
    const started = tasks[0]?.owner.started ?? true;
    this.#say([ADMITTED, request, { groupId, tasks: tasks.map(admitted), started, timeOrigin }]);
    let left = tasks.length;
    if (controller !== undefined && left > 0) this.#controllers.set(request, controller);
    const ended = (task: Task) => {
      this.#followed.delete(task.id);
      this.#changed.delete(task);
      if (--left === 0) this.#controllers.delete(request);
      this.#say([ENDED, task.id, sentResult(task)]);
    };
    for (const task of tasks) this.#follow(task, ended);
  }

  #follow(task: Task, ended: (task: Task) => void): void {
    if (task.done) return ended(task);
    // It may stand for several submissions.
    const known = this.#followed.get(task.id);
    const unwatch = known?.unfollow ?? task.owner.follow(task, () => {
      this.#changed.add(task);
      this.#requestFlush();
    });
    const unobserve = task.observe(ended);
    const unfollow = () => {
      unwatch();
      unobserve();
    };
    this.#followed.set(task.id, { task, unfollow });
  }

  #cancel(request: number, ids: readonly string[], reason: EncodedThrown | undefined): void {
    const why = reason && decodeThrown(reason);
    const cancelled = ids.filter((id) => this.#followed.get(id)?.task.cancel(why));
    this.#say([ANSWER, request, cancelled.length]);
  }

  #awaited(): void {
    const [followed] = this.#followed.values();
    if (followed?.task.owner.started === false) followed.task.owner.awaited();
  }

  async #shutdown(request: number): Promise<void> {
    try {
      await this.#queue.cancel();
      this.#say([ANSWER, request, undefined]);
    } catch (error) {
      this.#say([REFUSED, request, encodeThrown(error)]);
    }
  }

  // What is said

  #say(message: DownMessage): void {
    if (!open.has(this)) return;
    this.#messages.push(message);
    this.#requestFlush();
  }

  #requestFlush(): void {
    if (this.#flushRequested) return;
    this.#flushRequested = true;
    queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    this.#flushRequested = false;
    for (const task of this.#changed) {
      this.#messages.push([CHANGED, task.id, task.status, task.attempts, progressOf(task)]);
    }
    this.#changed.clear();
    const messages = this.#messages;
    if (messages.length === 0) return;
    this.#messages = [];
    try {
      this.#port.postMessage(messages);
    } catch {
      for (const message of messages) this.#sendAlone(message);
    }
  }

  /** Something in what is to be said can't be sent, which must not harm the rest. */
  #sendAlone(message: DownMessage): void {
    try {
      this.#port.postMessage([message]);
    } catch (cause) {
      this.#port.postMessage([sendable(message, cause)]);
    }
  }
}

function submitTo(
  queue: TaskQueue<never>,
  batch: Batch,
  options: TaskOptions,
): { groupId: string | undefined; tasks: readonly Task[] } {
  const functions = batch.functions.map(([reference, name]) => stubs.get(reference, name));
  const calls = batch.calls.map(receivedArguments);
  // Without a call there is no function that `map` could be given.
  if (batch.group || calls.length === 0) {
    const mixed = calls.map((args, i) => [functions[batch.calls[i]![0]], ...args]);
    const { groupId, handles } = queue.group(mixed as never, options);
    return { groupId, tasks: handles as readonly unknown[] as readonly Task[] };
  }
  const tasks = queue.map(functions[0] as never, calls as never, options);
  return { groupId: undefined, tasks: tasks as unknown[] as Task[] };
}

/** The arguments of a call, what came by transfer marked to go on so. */
function receivedArguments([, args, transfers]: SentCall): readonly unknown[] {
  const received = args.map((arg) => decodeValue(arg));
  for (const [position, transferables] of transfers) {
    transfer(received[position] as object, transferables);
  }
  return received;
}

function admitted(task: Task): Admitted {
  const { id, name, priority, groupId, mustComplete, detached, createdAt, scheduledFor, status } =
    task;
  return { id, name, priority, groupId, mustComplete, detached, createdAt, scheduledFor, status };
}

/** Progress that can't be sent is left out. */
function progressOf(task: Task): unknown {
  try {
    return encodeValue(task.progress);
  } catch {
    return undefined;
  }
}

function sentResult(task: Task): SentResult {
  const { metadata: _, status, value, error, reason, ...base } = task.result() as FlatResult;
  const progress = progressOf(task);
  const thrown = (what: unknown) => encodeThrown(what);
  if (status === "failed") return { status, outcome: thrown(error), base, progress };
  if (status === "cancelled") return { status, outcome: thrown(reason), base, progress };
  try {
    return { status, outcome: encodeValue(value), base, progress };
  } catch (cause) {
    return unsendable(base, progress, cause);
  }
}

/** A result of any status. */
type FlatResult = TaskResultBase & {
  readonly status: TaskResult["status"];
  readonly value?: unknown;
  readonly error?: unknown;
  readonly reason?: unknown;
};

/** What to send instead of a result whose value can't be sent: a failure that says so. */
function unsendable(
  base: SentResult["base"],
  progress: unknown,
  cause: unknown,
): SentResult {
  const error = new NotPortableError(
    `The return value of task '${base.name}' cannot be sent to another thread: ${reasonOf(cause)}`,
    { cause },
  );
  return {
    status: "failed",
    outcome: encodeThrown(error),
    base: { ...base, message: error.message },
    progress,
  };
}

/** A message without what can't be sent. */
function sendable(message: DownMessage, cause: unknown): DownMessage {
  if (message[0] === CHANGED) {
    const [kind, id, status, attempts] = message;
    return [kind, id, status, attempts, undefined];
  }
  if (message[0] !== ENDED) throw cause;
  const [kind, id, sent] = message;
  const progress = canClone(sent.progress) ? sent.progress : undefined;
  const good = sent.status !== "succeeded" || canClone(sent.outcome);
  return [kind, id, good ? { ...sent, progress } : unsendable(sent.base, progress, cause)];
}
