/**
 * From rounds to figures and ratios.
 *
 * @module
 */
import type { Outcome } from "./arena.ts";
import type { Work } from "./work.ts";

/** A figure over several rounds. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** What is reported of one contender. */
export interface Row extends Omit<Outcome, "rounds"> {
  readonly figures: Readonly<Record<string, Spread>>;
  /** How many times as good as this one Trilane is, by figure; for all but Trilane itself. */
  readonly ratios: Readonly<Record<string, number>>;
}

/** What is reported of one work. */
export interface Comparison {
  readonly id: string;
  readonly title: string;
  /** How many rounds were measured. */
  readonly rounds: number;
  /** What grows from figure to figure. */
  readonly axis?: string;
  readonly figures: Work["figures"];
  readonly rows: readonly Row[];
}

function spread(values: number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1
    ? sorted[middle]
    : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, least: sorted[0], most: sorted.at(-1)! };
}

/** Sums up what came of a work. */
export function summarize(work: Work, outcomes: readonly Outcome[]): Comparison {
  const rows = outcomes.map(({ rounds, ...outcome }) => ({
    ...outcome,
    figures: Object.fromEntries(
      // A contender may have no figure for what would take it minutes.
      Object.keys(work.figures).filter((key) => rounds[0]?.[key] !== undefined)
        .map((key) => [key, spread(rounds.map((round) => round[key]!))]),
    ),
  }));
  const own = rows.filter(({ kind, error }) => kind === "trilane" && error === undefined);
  const ratios = (row: typeof rows[number]) =>
    row.kind === "trilane" || row.error !== undefined || work.axis ? {} : Object.fromEntries(
      Object.entries(work.figures).map(([key, { better }]) => {
        const medians = own.map(({ figures }) => figures[key].median);
        const theirs = row.figures[key].median;
        // Of several ways to use it the one that does what the others do comes last.
        return [key, better === "more" ? medians.at(-1)! / theirs : theirs / medians.at(-1)!];
      }),
    );
  return {
    id: work.id,
    title: work.title,
    rounds: Math.max(...outcomes.map(({ rounds }) => rounds.length)),
    ...work.axis && { axis: work.axis },
    figures: work.figures,
    rows: rows.map((row) => ({ ...row, ratios: own.length === 0 ? {} : ratios(row) })),
  };
}
