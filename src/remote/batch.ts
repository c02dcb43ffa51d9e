import { NotPortableError, reasonOf } from "../base/errors.ts";
import type { TaskSpec } from "../engine/intake.ts";
import { encodeThrown } from "../lanes/pool/wire/error_codec.ts";
import { canClone, encodeValue } from "../lanes/pool/wire/values.ts";
import { assertPortable } from "../portable/assert.ts";
import { referenceOf, type TaskReference } from "../portable/portable.ts";
import { transfersOf } from "../portable/transfer.ts";
import { resolveTaskOptions, type TaskOptions } from "../task/options.ts";
import { type AnyFunction, nameOf } from "../task/task.ts";
import type { Batch, SentCall } from "./protocol.ts";

/**
 * Makes calls ready to be sent. All that can be checked here is, with the errors that a local queue throws.
 *
 * @param specs The calls.
 * @param group Whether they are a group.
 * @param options How to run each.
 * @returns What to send, and what is to be transferred with it.
 * @throws {TypeError} As a local queue's `submit` does, and for `after`, `checkpoint` and `key`.
 * @throws {RangeError} As a local queue's `submit` does.
 * @throws {NotPortableError} When a function, an argument or an option can't be sent.
 */
export function makeBatch(
  specs: readonly TaskSpec[],
  group: boolean,
  options: TaskOptions | undefined,
): { batch: Batch; transferables: Transferable[] } {
  const numbers = new Map<AnyFunction, number>();
  const functions: [TaskReference, string][] = [];
  for (const { fn } of specs) {
    if (numbers.has(fn)) continue;
    assertRemoteTask(fn);
    numbers.set(fn, functions.length);
    functions.push([referenceOf(fn)!, nameOf(fn)]);
  }
  resolveTaskOptions(options);
  const { signal, retryIf, metadata, after, checkpoint, key, ...rest } = options ?? {};
  for (const [name, value] of Object.entries({ after, checkpoint, key })) {
    if (value !== undefined) {
      throw new TypeError(`${name} is for queues of this thread: a remote queue cannot take it`);
    }
  }
  if (retryIf !== undefined) {
    throw new NotPortableError(
      "retryIf cannot be sent to another thread, where the queue would have to call it",
    );
  }
  const transferables = new Set<Transferable>();
  const calls = specs.map(({ fn, args }): SentCall => {
    const name = nameOf(fn, rest.name);
    const transfers: [number, readonly Transferable[]][] = [];
    const packedArgs = args.map((arg, position) => {
      const taken = transfersOf([arg]);
      if (taken.length > 0) {
        transfers.push([position, taken]);
        for (const one of taken) transferables.add(one);
      }
      return attempt(() => encodeValue(arg, taken), `Argument ${position + 1} of task '${name}'`);
    });
    return [numbers.get(fn)!, packedArgs, transfers];
  });
  const batch: Batch = {
    functions,
    calls,
    group,
    options: metadata === undefined ? rest : {
      ...rest,
      metadata: attempt(() => encodeValue(metadata), "The metadata"),
    },
    signal: signal !== undefined,
    aborted: signal?.aborted ? encodeThrown(signal.reason) : undefined,
  };
  return { batch, transferables: [...transferables] };
}

/** Refuses what another thread's queue could not run. */
export function assertRemoteTask(fn: unknown): void {
  assertPortable(fn, "A task of a RemoteQueue must be a portable task");
}

/**
 * Says what it is in a batch that can't be sent.
 *
 * @param batch The batch.
 * @param cause What was thrown when it was sent.
 * @returns The error to throw.
 */
export function unsendable(batch: Batch, cause: unknown): NotPortableError {
  if (!canClone(batch.options.metadata)) return notPortable("The metadata", cause);
  for (const [number, args, transfers] of batch.calls) {
    const position = args.findIndex((arg, position) =>
      !transfers.some(([transferred]) => transferred === position) && !canClone(arg)
    );
    const name = batch.options.name ?? batch.functions[number]![1];
    if (position >= 0) return notPortable(`Argument ${position + 1} of task '${name}'`, cause);
  }
  return notPortable("What was submitted", cause);
}

function attempt<T>(make: () => T, what: string): T {
  try {
    return make();
  } catch (cause) {
    throw notPortable(what, cause);
  }
}

function notPortable(what: string, cause: unknown): NotPortableError {
  return new NotPortableError(`${what} cannot be sent to another thread: ${reasonOf(cause)}`, {
    cause,
  });
}
