import { cut } from "../base/cut.ts";
import type { TaskResult } from "../task/result.ts";
import { type Attempt, attemptsOf } from "./attempts.ts";
import type { Kind } from "./page_data.ts";
import { MAX_NAME } from "./texts.ts";

/**
 * Adds up the tasks of each name.
 *
 * @param results The tasks.
 * @returns What is known of each name; the one whose attempts ran the longest comes first.
 */
export function kindsOf(results: readonly TaskResult[]): Kind[] {
  return [...Map.groupBy(results, ({ name }) => cut(name, MAX_NAME))].map(([name, tasks]) => {
    const attempts = tasks.flatMap(attemptsOf);
    const ran = tasks.filter(({ startedAt }) => startedAt !== undefined)
      .map(({ duration }) => duration).sort((a, b) => a - b);
    const rank = (share: number) => ran[Math.max(0, Math.ceil(share * ran.length) - 1)] ?? 0;
    return {
      name,
      tasks: tasks.length,
      started: ran.length,
      failed: tasks.filter(({ status }) => status === "failed").length,
      retries: attempts.filter(({ status }) => status === "retried").length,
      busy: attempts.reduce((sum, attempt) => sum + lengthOf(attempt), 0),
      ...{ p50: rank(0.5), p95: rank(0.95), max: rank(1) },
    };
  }).sort((a, b) => b.busy - a.busy || b.tasks - a.tasks);
}

function lengthOf({ startedAt, finishedAt }: Attempt): number {
  return finishedAt - startedAt;
}
