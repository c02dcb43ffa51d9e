import { writeFileSync } from "node:fs";
import config from "../../../deno.json" with { type: "json" };
import { printable } from "../../base/printable.ts";
import { RunSummary } from "../../queue/summary.ts";
import { toHTML, toTrace } from "../../report/mod.ts";
import type { TaskResult } from "../../task/result.ts";
import type { Job } from "./feed.ts";

/** The files that a run is shown in. */
export interface ReportFiles {
  readonly trace: number | undefined;
  readonly report: number | undefined;
}

/**
 * Writes what a run is shown in.
 *
 * @param files The files.
 * @param summary The run. Its tasks are called by their inputs there.
 * @param title What was run.
 * @param typed The options, as they were typed.
 */
export function writeReports(
  { trace, report }: ReportFiles,
  summary: RunSummary,
  title: string,
  typed: Readonly<Record<string, string>>,
): void {
  if (trace === undefined && report === undefined) return;
  const named = new RunSummary(summary, () => summary.results.map(withInputName), summary);
  if (trace !== undefined) writeFileSync(trace, JSON.stringify(toTrace(named)));
  if (report === undefined) return;
  const options = Object.entries(typed).map(([name, text]) => [`--${name}`, printable(text)]);
  // The program is the command line itself.
  const details = { Program: `trilane ${config.version}`, ...Object.fromEntries(options) };
  writeFileSync(report, toHTML(named, { title, details }));
}

function withInputName(result: TaskResult): TaskResult {
  // It is not enumerable.
  const { attemptHistory } = result;
  const { name } = result.metadata as Job;
  return { ...result, attemptHistory, name, metadata: undefined };
}
