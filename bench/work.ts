/**
 * What the side-by-side comparison is made of: works, and those who do them.
 *
 * @module
 */

/** The runtimes that contenders run on. */
export const RUNTIMES = ["deno", "bun", "node", "chromium"] as const;

/** One of them. */
export type Runtime = typeof RUNTIMES[number];

/** Those that are no browsers. */
export const LOCAL: readonly Runtime[] = ["deno", "bun", "node"];

/** What one round was measured to take or give, under the names of the work's figures. */
export type Figures = Readonly<Record<string, number>>;

/** A contender that has set up what it works with. */
export interface Runner {
  /**
   * Does the work once.
   *
   * @returns What was measured.
   * @throws When something else came of the work than should.
   */
  round(): Promise<Figures>;
  /** Lets everything go. */
  close?(): Promise<unknown> | void;
}

/** One who does a work, in a process of its own. */
export interface Contender {
  readonly name: string;
  /** A floor is the least that the work takes, without any queue. */
  readonly kind: "trilane" | "peer" | "floor";
  /** Where it works at all. Default: everywhere. */
  readonly runsOn?: readonly Runtime[];
  /** Sets up what it works with, and imports it: so no other contender is in its process. */
  open(): Promise<Runner>;
}

/** A contender that loads what it works with. */
export interface Loader<L> extends Omit<Contender, "open"> {
  load(): Promise<L>;
}

/**
 * Has contenders do a work with what they load.
 *
 * @param loaders Who.
 * @param prepare Makes what one round does.
 * @returns The contenders.
 */
export function contendersOf<L>(
  loaders: readonly Loader<L>[],
  prepare: (loaded: L) => Runner["round"],
): Contender[] {
  return loaders.map(({ load, ...contender }) => ({
    ...contender,
    open: async () => ({ round: prepare(await load()) }),
  }));
}

/** Something that is measured. */
export interface Figure {
  readonly unit: string;
  /** Which numbers are the good ones. */
  readonly better: "more" | "less";
}

/** The same work for all contenders. */
export interface Work {
  /** Short, for `--only`. */
  readonly id: string;
  readonly title: string;
  /** Rounds that are measured, after a third as many to warm up; fewer where they take long. */
  readonly rounds: number;
  /** Where it is done. Default: everywhere. */
  readonly on?: readonly Runtime[];
  /** Whether each round is the first of a process, without any to warm up. */
  readonly cold?: boolean;
  /** What grows from figure to figure, which are the points of a line then. */
  readonly axis?: string;
  readonly figures: Readonly<Record<string, Figure>>;
  readonly contenders: readonly Contender[];
}

/** Milliseconds that something takes. */
export async function timed(action: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await action();
  return performance.now() - start;
}

/** @throws When a contender did something else than it was to do. */
export function assertSame(actual: unknown, expected: unknown, what: string): void {
  if (actual !== expected) throw new Error(`${what}: ${actual} instead of ${expected}`);
}

/** The value below which a share of sorted values lies. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
