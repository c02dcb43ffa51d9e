import { FAILED, type Place, SUCCEEDED } from "../task/place.ts";
import type { Task } from "../task/task.ts";

/** How many tasks ended in which way. */
export interface Tally {
  succeeded: number;
  failed: number;
  cancelled: number;
}

function emptyTally(): Tally {
  return { succeeded: 0, failed: 0, cancelled: 0 };
}

/**
 * The tasks of a queue that have ended, in order of completion: counted for ever, kept as far as `retain` says.
 */
export class History {
  /** Of every task since construction or `reset()`. */
  total: Tally = emptyTally();
  /** Of the tasks that a summary is owed for. */
  #owed: Tally = emptyTally();
  readonly #retain: number;
  /** The kept tasks are those from `#first` on: dropping from the front one by one would cost O(n) each. */
  #kept: Task[] = [];
  #first = 0;
  /** Where among the kept ones those begin that a summary is owed for. */
  #owedFrom = 0;

  /** @param retain How many tasks to keep, the last ones. */
  constructor(retain: number) {
    this.#retain = retain;
  }

  add(task: Task): void {
    count(this.total, task.place);
    if (task.options.detached) return;
    count(this.#owed, task.place);
    if (this.#retain === 0) return;
    this.#kept.push(task);
    if (this.#kept.length - this.#first > this.#retain) this.#dropFirst();
  }

  /** The tasks that are kept. */
  kept(): Task[] {
    return this.#kept.slice(this.#first);
  }

  /** Hands over what a summary is owed for, which then is settled. */
  settle(): { tally: Tally; tasks: Task[] } {
    const settled = { tally: this.#owed, tasks: this.#kept.slice(this.#owedFrom) };
    this.#owed = emptyTally();
    this.#owedFrom = this.#kept.length;
    return settled;
  }

  /** Lets go of the kept tasks; the counts stay. */
  clear(): void {
    this.#kept = [];
    this.#first = this.#owedFrom = 0;
  }

  /** Starts from nothing. */
  reset(): void {
    this.clear();
    this.total = emptyTally();
    this.#owed = emptyTally();
  }

  #dropFirst(): void {
    this.#first++;
    this.#owedFrom = Math.max(this.#owedFrom, this.#first);
    if (this.#first <= this.#retain + 64) return;
    this.#kept.splice(0, this.#first);
    this.#owedFrom -= this.#first;
    this.#first = 0;
  }
}

/** Written out: to count by a name that is only known when it runs takes several times as long. */
function count(tally: Tally, place: Place<Task>): void {
  if (place === SUCCEEDED) tally.succeeded++;
  else if (place === FAILED) tally.failed++;
  else tally.cancelled++;
}
