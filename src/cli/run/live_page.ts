import { reasonOf } from "../../base/errors.ts";
import type { Dashboard, WatchedQueue } from "../../dashboard/mod.ts";
import { UsageError } from "../options/usage.ts";

/** The live page of a run. */
export type LivePage = Dashboard;

/**
 * Serves the live page of a run.
 *
 * @param queue What it shows.
 * @param title What was run.
 * @param port Where; 0 is a free one.
 * @returns The page, once it can be opened.
 * @throws {UsageError} (rejects) When the port can't be listened at.
 */
export async function serveLivePage(
  queue: WatchedQueue,
  title: string,
  port: number,
): Promise<LivePage> {
  // Few runs have one.
  const { dashboard } = await import("../../dashboard/mod.ts");
  try {
    return await dashboard({ [title]: queue }, { port });
  } catch (error) {
    throw new UsageError(`--dashboard cannot listen at port ${port}: ${reasonOf(error)}`);
  }
}
