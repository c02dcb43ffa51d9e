import { QueueStateError } from "../../../base/errors.ts";
import type { Rate } from "../../../engine/options.ts";
import { runtime } from "../../../runtime/here.ts";
import type { BullConnection, BullEventsProducer, BullQueue } from "../bullmq.ts";
import type { ClusterEngine } from "../engine.ts";
import { type CancelEvent, controlName } from "../wire/job.ts";
import { closeAll } from "../wire/reach.ts";

/** What the server tells of jobs, of all producers of the queue. */
export const EVENTS = [
  ...["waiting", "delayed", "active", "progress", "completed", "failed", "stalled", "removed"],
] as const;

/** The name of an event. */
export type EventName = typeof EVENTS[number];

/** What is told with an event. */
export interface JobEvent {
  readonly jobId: string;
  /** Which state the job was in before. */
  readonly prev?: string;
  /** What it has returned. */
  readonly returnvalue?: unknown;
  /** What it reports of itself. */
  readonly data?: unknown;
}

/** An open connection to the server. */
interface Line {
  readonly queue: BullQueue;
  readonly connections: BullConnection[];
  control: BullEventsProducer | undefined;
  /** Resolves when commands can be sent, and events are heard. */
  readonly ready: Promise<void>;
  /** What commands that are under way are failed with when it is closed: BullMQ may leave them without an end. */
  readonly failures: Set<(error: unknown) => void>;
}

/** The cluster's server, as a producer talks to it: connected when there is something to say. */
export class Server {
  /** What the server calls its present run: a server that was started anew may have lost jobs. */
  run: string | undefined;
  /** What went wrong last. */
  lastError: unknown;
  readonly #engine: ClusterEngine;
  readonly #name: string;
  readonly #rate: () => Rate | undefined;
  readonly #heard: (name: EventName, event: JobEvent, id: string) => void;
  #line: Line | undefined;
  /** Resolves when all earlier connections are closed. */
  #closed: Promise<unknown> = Promise.resolve();
  /** Commands without an answer yet. */
  #underWay = 0;
  /** When it last answered or, since it had not been asked anything, was asked. */
  #heardAt = 0;
  /** The least difference seen between the program's clock and the server's, in milliseconds: that with the least delay. */
  #offset = Infinity;
  /** The server's time of the last event, and that on the program's clock. */
  #lastAt = NaN;
  #lastTime = 0;

  /**
   * @param engine How to connect.
   * @param name The queue's name.
   * @param rate Tells how many attempts may start in a time, when it connects.
   * @param heard Called with each event, and its id, of which `timeOf` makes its time.
   */
  constructor(
    engine: ClusterEngine,
    name: string,
    rate: () => Rate | undefined,
    heard: (name: EventName, event: JobEvent, id: string) => void,
  ) {
    this.#engine = engine;
    this.#name = name;
    this.#rate = rate;
    this.#heard = heard;
  }

  /** For how many milliseconds it has left commands without an answer. */
  get silence(): number {
    return this.#underWay === 0 ? 0 : performance.now() - this.#heardAt;
  }

  /** Whether there is a connection. */
  get isOpen(): boolean {
    return this.#line !== undefined;
  }

  /**
   * Sends a command.
   *
   * @param command The command.
   * @returns The answer.
   * @throws (rejects) What the server says, or that the connection was closed.
   */
  async call<T>(command: (queue: BullQueue) => Promise<T>): Promise<T> {
    if (this.#underWay++ === 0) this.#heardAt = performance.now();
    const line = this.#line ??= this.#open();
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    line.failures.add(reject);
    line.ready.then(() => {
      this.#assertOpen(line);
      return command(line.queue);
    }).then(resolve, reject);
    try {
      const answer = await promise;
      this.#heardAt = performance.now();
      return answer;
    } finally {
      line.failures.delete(reject);
      this.#underWay--;
    }
  }

  /** Finds out which run of the server this is. */
  async look(): Promise<void> {
    this.run = (await this.call(infoOf)).run;
  }

  /** Tells the nodes that a job is to stop. */
  async cancel(job: string, reason: string): Promise<void> {
    const event: CancelEvent = { eventName: "cancel", job, reason };
    await this.call(() => this.#control().publishEvent(event));
  }

  /** Sets how many attempts may start in a time. */
  limit(rate: Rate | undefined): Promise<unknown> {
    return this.call((queue) => limit(queue, rate));
  }

  /**
   * Closes the connection: what is under way fails. The next command opens another.
   *
   * @returns When it is closed, and those that were closed before.
   */
  async close(): Promise<void> {
    const line = this.#line;
    this.#line = undefined;
    if (line !== undefined) {
      for (const fail of line.failures) fail(closed());
      this.#closed = Promise.all([this.#closed, closeAll(line.connections, this.#engine)]);
    }
    await this.#closed;
  }

  /** What begins on a connection once it has been closed would be left open. */
  #assertOpen(line: Line): void {
    if (line !== this.#line) throw closed();
  }

  #control(): BullEventsProducer {
    const line = this.#line!;
    if (line.control !== undefined) return line.control;
    const { bullmq, connection, prefix } = this.#engine;
    const options = { connection, prefix };
    const control = new bullmq.QueueEventsProducer(controlName(this.#name), options);
    this.#add(line.connections, control);
    return line.control = control;
  }

  #open(): Line {
    const { bullmq, connection, prefix } = this.#engine;
    const queue = new bullmq.Queue(this.#name, { connection, prefix });
    const { promise: ready, resolve } = Promise.withResolvers<void>();
    const line: Line = { queue, connections: [], control: undefined, ready, failures: new Set() };
    this.#add(line.connections, queue);
    resolve(this.#connect(line));
    // Those who wait for it are told by what they have asked.
    ready.catch(() => {});
    return line;
  }

  async #connect(line: Line): Promise<void> {
    const { queue, connections } = line;
    const { run, time } = await infoOf(queue);
    this.#assertOpen(line);
    this.run = run;
    // Before any event: those of a batch all seem as late as the first.
    if (time !== undefined) this.#offset = Math.min(this.#offset, runtime.clock.now() - time);
    const { bullmq, connection, prefix } = this.#engine;
    // From now on: what is added as soon as this returns may end before the first event is asked for.
    const lastEventId = time === undefined ? "$" : `${Math.floor(time) - 1}-0`;
    const events = new bullmq.QueueEvents(this.#name, { connection, prefix, lastEventId });
    this.#add(connections, events);
    for (const name of EVENTS) {
      events.on(name, (event: JobEvent, id: string) => this.#heard(name, event, id));
    }
    const rate = this.#rate();
    if (rate !== undefined) await limit(queue, rate);
  }

  #add(connections: BullConnection[], connection: BullConnection): void {
    connections.push(connection);
    connection.on("error", (error: unknown) => this.lastError = error);
  }

  /** When an event happened, on the program's clock: its id begins with the server's time. */
  timeOf(id: string): number {
    const at = Number.parseInt(id);
    // Many are of the same millisecond, and a look at the clock costs more than all else here.
    if (at === this.#lastAt) return this.#lastTime;
    const now = runtime.clock.now();
    this.#offset = Math.min(this.#offset, now - at);
    this.#lastAt = at;
    return this.#lastTime = Math.min(now, at + this.#offset) || now;
  }
}

function closed(): QueueStateError {
  return new QueueStateError("The connection to the cluster's server was closed");
}

/** What the server tells of itself: its run, and its time in milliseconds. */
async function infoOf(
  queue: BullQueue,
): Promise<{ run: string | undefined; time: number | undefined }> {
  const client = await queue.backend.client;
  const info = await client.info();
  const time = /^server_time_usec:(\d+)/m.exec(info)?.[1];
  return {
    run: /^run_id:(\w+)/m.exec(info)?.[1],
    time: time === undefined ? undefined : Number(time) / 1000,
  };
}

/** BullMQ counts in windows of whole milliseconds. */
function limit(queue: BullQueue, rate: Rate | undefined): Promise<unknown> {
  if (rate === undefined) return queue.removeGlobalRateLimit();
  if (typeof rate === "object") {
    return queue.setGlobalRateLimit(rate.limit, Math.ceil(rate.interval));
  }
  // Enough at once for a window to have at least a millisecond.
  const atOnce = Math.ceil(rate / 1000);
  return queue.setGlobalRateLimit(atOnce, Math.ceil((atOnce * 1000) / rate));
}
