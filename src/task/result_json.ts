import { isoTime, jsonable } from "../base/json.ts";
import type { TaskResult } from "./result.ts";

/** The fields of a result that are times. */
const TIMES = new Set(["createdAt", "startedAt", "finishedAt", "scheduledFor"]);

/**
 * What `JSON.stringify` writes of a result.
 *
 * @param result The result.
 * @returns Plain data: times as ISO dates, errors as objects, what JSON can't hold as text.
 */
export function resultJson(result: TaskResult): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(result)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, TIMES.has(key) ? isoTime(value as number) : jsonable(value)]),
  );
}
