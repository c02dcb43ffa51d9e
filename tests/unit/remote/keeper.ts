/**
 * A task that leaves its connection open.
 *
 * @module
 */
import { attachQueue } from "../../../src/remote/queue.ts";
import { common } from "./portable.ts";

/** Submits to a queue and doesn't close the connection. */
export async function keeps(port: MessagePort): Promise<number> {
  const remote = attachQueue(port);
  Object.assign(globalThis, { remote });
  return await (await remote.submit(common.add, [1, 2])).value();
}
