import { refuse } from "../base/checks.ts";
import type { RunSummary } from "../queue/summary.ts";

/**
 * Refuses what is no summary. One of another copy of this library is one too.
 *
 * @throws {TypeError} When it isn't.
 */
export function assertSummary(summary: RunSummary): void {
  const { results, startedAt } = (summary ?? {}) as Partial<RunSummary>;
  if (Array.isArray(results) && typeof startedAt === "number") return;
  refuse(TypeError, "The summary", "a RunSummary", summary);
}
