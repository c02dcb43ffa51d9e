import type { ExecutorHost } from "../../../engine/executor.ts";
import { referenceOf } from "../../../portable/portable.ts";
import type { Greeting } from "../wire/protocol.ts";
import { encodeValue } from "../wire/values.ts";
import type { PoolSettings } from "./options.ts";

/**
 * What a worker is told before all else.
 *
 * @param workerId The worker's number.
 * @throws {NotPortableError} When the initializer's arguments can't be sent.
 */
export function greetingFor(
  host: ExecutorHost,
  { initializer, initArgs, teardown }: PoolSettings,
  workerId: number,
): Greeting {
  return {
    queueId: host.id,
    asyncContext: host.contexts !== undefined,
    workerId,
    initializer: referenceOf(initializer) ?? null,
    initArgs: encodeValue(initArgs),
    teardown: referenceOf(teardown) ?? null,
  };
}
