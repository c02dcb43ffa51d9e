/**
 * Plays a scenario with a shared queue, as a task or in a worker of one's own.
 *
 * @module
 */
import { attachQueue } from "../../../src/remote/queue.ts";
import * as scenarios from "./scenarios.ts";

/** The scenarios. */
export type Scenarios = typeof scenarios;

/** What is played. */
export interface Play {
  readonly port: MessagePort;
  readonly scenario: keyof Scenarios;
  readonly args: readonly unknown[];
}

/** Plays a scenario; leaves the connection open if told to. */
export async function play({ port, scenario, args }: Play, keep = false): Promise<unknown> {
  const remote = attachQueue(port);
  const fn = scenarios[scenario] as (...args: unknown[]) => unknown;
  try {
    return await fn(remote, ...args);
  } finally {
    if (!keep) remote.close();
  }
}

/** The same for a task: a port is transferred as an argument of its own. */
export function playTask(port: MessagePort, scenario: keyof Scenarios, args: readonly unknown[]) {
  return play({ port, scenario, args });
}
