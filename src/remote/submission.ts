import { listen, type SignalListener, unlisten } from "../base/signals.ts";
import type { TaskSpec } from "../engine/intake.ts";
import { encodeThrown } from "../lanes/pool/wire/error_codec.ts";
import type { TaskOptions } from "../task/options.ts";
import { makeBatch, unsendable } from "./batch.ts";
import type { Connection } from "./connection.ts";
import { RemoteTask } from "./handle.ts";
import { ABORT, type Admission, SUBMIT } from "./protocol.ts";

/** Tasks that were admitted together. */
export interface Submitted {
  readonly groupId: string | undefined;
  readonly tasks: RemoteTask[];
}

/**
 * Submits calls to a shared queue: all of them or none.
 *
 * @param connection The connection to it.
 * @param specs The calls.
 * @param group Whether they are a group.
 * @param options How to run each.
 * @returns The tasks, once they are admitted.
 * @throws (rejects) As `submit` of a `RemoteQueue` does.
 */
export async function submitBatch(
  connection: Connection,
  specs: readonly TaskSpec[],
  group: boolean,
  options: TaskOptions | undefined,
): Promise<Submitted> {
  const { batch, transferables } = makeBatch(specs, group, options);
  const link = new SignalLink(connection, batch.aborted ? undefined : options?.signal);
  let submitted: Promise<Submitted>;
  try {
    submitted = connection.request(
      specs.length === 1 ? "submit a task" : `submit ${specs.length} tasks`,
      (request) => [SUBMIT, link.request = request, batch],
      transferables,
      ({ groupId, tasks, started, timeOrigin }: Admission) => {
        connection.started = started;
        let left = tasks.length;
        const settled = () => {
          if (--left === 0) link.end();
        };
        const remotes = tasks.map((facts) => {
          const task = new RemoteTask(connection, facts, options?.metadata, timeOrigin, settled);
          connection.follow(task);
          return task;
        });
        if (left === 0) link.end();
        return { groupId, tasks: remotes };
      },
    );
  } catch (cause) {
    throw unsendable(batch, cause);
  }
  link.start();
  try {
    return await submitted;
  } catch (error) {
    link.end();
    throw error;
  }
}

/** Passes the abort of a signal of this thread on to the tasks of one request. */
class SignalLink implements SignalListener {
  request = 0;
  readonly #connection: Connection;
  readonly #signal: AbortSignal | undefined;

  constructor(connection: Connection, signal: AbortSignal | undefined) {
    this.#connection = connection;
    this.#signal = signal;
  }

  start(): void {
    if (this.#signal !== undefined) listen(this.#signal, this);
  }

  end(): void {
    if (this.#signal !== undefined) unlisten(this.#signal, this);
  }

  aborted(reason: unknown): void {
    this.#connection.tell([ABORT, this.request, encodeThrown(reason)]);
  }
}
