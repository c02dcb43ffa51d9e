import type { TaskStatus } from "./handle.ts";

/**
 * Where a task is. A task is in exactly one place at a time: it enters by a place's own verb, which says what the place needs
 * to know, and leaves by `remove`. A task that has ended stays in one of {@linkcode SUCCEEDED}, {@linkcode FAILED} and
 * {@linkcode CANCELLED}.
 *
 * `T` is what the place holds.
 */
export interface Place<T> {
  /** The status of what is here. */
  readonly status: TaskStatus;
  /** How many there are. */
  readonly size: number;
  /**
   * Takes one out.
   *
   * @returns `false` if it could not be taken out: it has ended meanwhile, or is about to.
   */
  remove(item: T): boolean;
  /** All that are here, in no particular order. */
  items(): Iterable<T>;
  /** A deadline has come that the place has set for one that is here. */
  expired?(item: T, now: number): void;
}

/** Where a task is when it has ended. */
class Ended implements Place<never> {
  readonly status: "succeeded" | "failed" | "cancelled";
  readonly size = 0;

  constructor(status: "succeeded" | "failed" | "cancelled") {
    this.status = status;
  }

  remove(): boolean {
    return false;
  }

  items(): Iterable<never> {
    return [];
  }
}

/** The place of tasks that have succeeded. */
export const SUCCEEDED: Ended = new Ended("succeeded");
/** The place of tasks that have failed. */
export const FAILED: Ended = new Ended("failed");
/** The place of tasks that were cancelled. */
export const CANCELLED: Ended = new Ended("cancelled");

/** Where a task is between its making and its first place. */
export const NOWHERE: Place<never> = {
  status: "pending",
  size: 0,
  remove: () => true,
  items: () => [],
};
