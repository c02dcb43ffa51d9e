import type { Attempt } from "./attempts.ts";
import type { Row } from "./rows.ts";

/** Short attempts of one row that follow each other closely, drawn as one. */
export interface Block {
  readonly row: number;
  readonly startedAt: number;
  readonly finishedAt: number;
  /** How many they are. */
  readonly count: number;
  /** How much of the time they ran, in milliseconds. */
  readonly busy: number;
}

/** What a timeline draws. */
export interface Selection {
  /** Row by row, in order of time. */
  readonly attempts: readonly (Attempt & { readonly row: number })[];
  /** All others. Row by row, in order of time. */
  readonly blocks: readonly Block[];
}

/** A block is no longer than one part in so many of the whole time. */
const MAX_PARTS = 500;
/** The rows share so many blocks, but for those that single attempts break up. */
const MAX_BLOCKS = 20_000;

/**
 * Chooses what a timeline draws one by one, so that its size has a limit: attempts that did not succeed, as long
 * as they take no more than half of the places, then the longest. The others are put together.
 *
 * @param rows All attempts.
 * @param limit How many are drawn one by one.
 * @param span The whole time, in milliseconds.
 * @returns The attempts, and the blocks that stand for the rest.
 */
export function select(rows: readonly Row[], limit: number, span: number): Selection {
  const chosen = choose(rows.flatMap((row) => row.attempts), limit);
  const part = span / Math.min(MAX_PARTS, Math.max(20, MAX_BLOCKS / Math.max(1, rows.length)));
  const attempts: (Attempt & { row: number })[] = [];
  const blocks: Block[] = [];
  rows.forEach((each, row) => {
    let block: Block | undefined;
    for (const attempt of each.attempts) {
      const { startedAt, finishedAt } = attempt;
      const drawn = chosen.has(attempt);
      const joins = block !== undefined && !drawn && finishedAt - block.startedAt <= part;
      if (block !== undefined && !joins) {
        blocks.push(block);
        block = undefined;
      }
      if (drawn) attempts.push({ ...attempt, row });
      else {
        block = {
          row,
          startedAt: block?.startedAt ?? startedAt,
          finishedAt,
          count: (block?.count ?? 0) + 1,
          busy: (block?.busy ?? 0) + finishedAt - startedAt,
        };
      }
    }
    if (block !== undefined) blocks.push(block);
  });
  return { attempts, blocks };
}

function choose(attempts: readonly Attempt[], limit: number): Set<Attempt> {
  if (attempts.length <= limit) return new Set(attempts);
  const longestFirst = attempts.toSorted((a, b) => length(b) - length(a));
  const chosen = new Set(
    longestFirst.filter(({ status }) => status !== "succeeded").slice(0, limit / 2),
  );
  for (const attempt of longestFirst) {
    if (chosen.size >= limit) break;
    chosen.add(attempt);
  }
  return chosen;
}

function length({ startedAt, finishedAt }: Attempt): number {
  return finishedAt - startedAt;
}
