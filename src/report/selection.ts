import type { TaskResult } from "../task/result.ts";
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

/** A block is no longer than one part in as many of the whole time. */
const MAX_PARTS = 500;
/** The rows share as many blocks, but for those that single attempts break up. */
const MAX_BLOCKS = 20_000;

/**
 * Chooses what a timeline draws one by one, so that its size has a limit: the attempts of tasks that failed, then of
 * those that were tried again or cancelled, as long as they take no more than half of the places that are left, then of
 * those that ran the longest. All others are put together.
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
      const drawn = chosen === "all" || chosen.has(attempt.result);
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

/** Chooses whole tasks, so that what is shown of each is all of it. */
function choose(attempts: readonly Attempt[], limit: number): Set<TaskResult> | "all" {
  if (attempts.length <= limit) return "all";
  const counts = new Map<TaskResult, number>();
  for (const { result } of attempts) counts.set(result, (counts.get(result) ?? 0) + 1);
  const longestFirst = [...counts].sort(([a], [b]) => b.duration - a.duration);
  const ofRank = [0, 1, 2].map((rank) => longestFirst.filter(([task]) => rankOf(task) === rank));
  const chosen = new Set<TaskResult>();
  let left = limit;
  const take = (tasks: readonly [TaskResult, number][], least: number) => {
    for (const [task, count] of tasks) {
      if (left - count < least || chosen.has(task)) continue;
      chosen.add(task);
      left -= count;
    }
  };
  take(ofRank[0]!, 0);
  take(ofRank[1]!, left / 2);
  take(longestFirst, 0);
  return chosen;
}

/** How much a reader wants to see a task one by one: 0 is the most. */
function rankOf({ status, attempts }: TaskResult): number {
  if (status === "failed") return 0;
  return status === "cancelled" || attempts > 1 ? 1 : 2;
}
