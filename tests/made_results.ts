/**
 * Results that are made by hand.
 *
 * @module
 */
import type { TaskAttempt, TaskResultBase } from "../mod.ts";

/** What the tests decide about a result. */
export interface Fields {
  id?: string;
  name?: string;
  priority?: number;
  groupId?: string;
  attempts?: number;
  createdAt?: number;
  scheduledFor?: number;
  startedAt?: number;
  finishedAt?: number;
  workerId?: number;
  metadata?: unknown;
  message?: string;
  attemptHistory?: readonly TaskAttempt[];
}

let results = 0;

/** A result but for how it ended. */
export function resultBase(fields: Fields): TaskResultBase {
  const { startedAt, finishedAt = startedAt ?? 0 } = fields;
  return {
    id: `q1-${++results}`,
    name: "task",
    priority: 3,
    mustComplete: false,
    detached: false,
    metadata: undefined,
    attempts: startedAt === undefined ? 0 : 1,
    createdAt: 0,
    finishedAt,
    duration: startedAt === undefined ? 0 : finishedAt - startedAt,
    ...fields,
  };
}
