import { causeKey } from "../base/cause_key.ts";
import type { ListedCause } from "../report/page_data.ts";
import { Histogram } from "./histogram.ts";
import type { LiveKind } from "./updates.ts";

/** A program may make names and causes without end: those that come after as many are counted together. */
const MAX_KINDS = 200;
const MAX_CAUSES = 100;
/** What of them is shown. */
const SHOWN_KINDS = 40;
const SHOWN_CAUSES = 30;
const MAX_MESSAGE = 500;
const OTHER_NAMES = "(other names)";
const OTHER_CAUSES = "(other causes)";

interface KindTally {
  tasks: number;
  failed: number;
  retries: number;
  busy: number;
  readonly run: Histogram;
}

/** Counts tasks by name. */
export class KindTallies {
  readonly #tallies = new Map<string, KindTally>();

  /** The tally of a name. */
  of(name: string): KindTally {
    return this.#tallies.get(name) ?? this.#new(name);
  }

  /** The names whose tasks took the most time. */
  listed(): LiveKind[] {
    return [...this.#tallies].sort(([, a], [, b]) => b.busy - a.busy || b.tasks - a.tasks)
      .slice(0, SHOWN_KINDS)
      .map(([name, { run, ...counts }]) => ({ name, ...counts, run: run.percentiles() }));
  }

  #new(name: string): KindTally {
    if (this.#tallies.size >= MAX_KINDS && name !== OTHER_NAMES) return this.of(OTHER_NAMES);
    const tally = { tasks: 0, failed: 0, retries: 0, busy: 0, run: new Histogram() };
    this.#tallies.set(name, tally);
    return tally;
  }
}

/** Why something did not succeed, and whose it was. */
export interface Cause {
  readonly errorName: string | undefined;
  readonly message: string;
  readonly stack: string | undefined;
  readonly example: { readonly id: string; readonly name: string };
}

/** Counts what did not succeed by cause. */
export class CauseTallies {
  readonly #tallies = new Map<string, { readonly cause: Cause; count: number }>();

  add(cause: Cause): void {
    const message = cause.message.slice(0, MAX_MESSAGE);
    const tally = this.#of(`${cause.errorName}: ${causeKey(message)}`, { ...cause, message });
    tally.count++;
  }

  /** The most frequent causes. */
  listed(): ListedCause[] {
    return [...this.#tallies.values()].sort((a, b) => b.count - a.count).slice(0, SHOWN_CAUSES)
      .map(({ cause: { errorName, message, stack, example }, count }) => ({
        ...{ name: errorName ?? null, message, count, example, stack: stack ?? null },
      }));
  }

  #of(key: string, cause: Cause): { count: number } {
    const known = this.#tallies.get(key);
    if (known !== undefined) return known;
    if (this.#tallies.size >= MAX_CAUSES && key !== OTHER_CAUSES) {
      return this.#of(OTHER_CAUSES, {
        ...cause,
        errorName: undefined,
        message: OTHER_CAUSES,
        stack: undefined,
      });
    }
    const tally = { cause, count: 0 };
    this.#tallies.set(key, tally);
    return tally;
  }
}
