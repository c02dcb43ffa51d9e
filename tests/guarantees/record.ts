/**
 * What is written down while a random program runs.
 *
 * @module
 */
import type { PlainHandle, RunSummary, TaskResult } from "../../mod.ts";
import { countListeners, type ListenerCount } from "../abort_listeners.ts";
import type { RunScript, TaskScript } from "./program.ts";

/** An attempt that has started. */
export interface Attempt {
  /** From 1. */
  readonly number: number;
  readonly startedAt: number;
  /** Whether its function has been called. */
  called: boolean;
  /** Whether its function has returned, or its promise settled. */
  settled: boolean;
  /** Whether it has asked for its signal. */
  touched: boolean;
  /** When it was given up, if it was. */
  interruptedAt: number | undefined;
}

/** A task. */
export interface Entry {
  readonly script: TaskScript;
  readonly signal: AbortSignal | undefined;
  /** Between which resets it was admitted; unknown while it waits for room. */
  epoch: number | undefined;
  /** Known once the queue has given it. */
  handle: PlainHandle | undefined;
  /** Before this the next attempt may not start. */
  notBefore: number;
  readonly attempts: Attempt[];
  /** All that the queue has reported. */
  readonly results: TaskResult[];
  /** How often its handle has said that it is done. */
  doneCalls: number;
}

/** A call that settles some time. */
export interface Pending<T = unknown> {
  readonly what: string;
  settled: boolean;
  value: T | undefined;
}

/** A run. */
export interface Run extends Pending<RunSummary> {
  readonly script: RunScript;
  readonly from: number;
  readonly epoch: number;
  readonly signal: AbortSignal | undefined;
  /** When its time is up: its timeout, or when its signal aborted before. */
  deadline: number;
}

/** A signal that can be aborted, and how many listen to it. */
export class Signal {
  readonly controller = new AbortController();
  readonly listeners: ListenerCount = countListeners(this.controller.signal);

  get signal(): AbortSignal {
    return this.controller.signal;
  }
}

/** How an entry stands, if it has been admitted. */
export function isOutstanding({ handle }: Entry): boolean {
  return handle !== undefined && !handle.done;
}
