import type { ResolvedOptions } from "../task/options.ts";

/**
 * How long to wait before the next attempt: exponential backoff with a limit, of which a share may be
 * left to chance so that failures at one time don't come back at one time ("full jitter" is `jitter: 1`; see
 * "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
 *
 * @param options The task's options.
 * @param attempt The number of the attempt that failed, from 1.
 * @param error What it failed with; a numeric `retryAfter` of it, in milliseconds, overrides all else. Infinity stands for
 * the longest delay that is allowed.
 * @returns Milliseconds, >= 0.
 */
export function retryDelay(
  options: Pick<ResolvedOptions, "retryDelay" | "backoff" | "maxRetryDelay" | "jitter">,
  attempt: number,
  error: unknown,
): number {
  const { backoff, jitter, maxRetryDelay } = options;
  const wanted = retryAfter(error);
  if (wanted !== undefined) return wanted === Infinity ? maxRetryDelay : wanted;
  if (options.retryDelay === 0) return 0;
  const delay = Math.min(maxRetryDelay, options.retryDelay * backoff ** (attempt - 1));
  return delay * (1 - jitter * Math.random());
}

function retryAfter(error: unknown): number | undefined {
  try {
    const { retryAfter } = error as { retryAfter?: unknown };
    return typeof retryAfter === "number" && retryAfter >= 0 ? retryAfter : undefined;
  } catch {
    // Anything can be thrown: nothing at all, or what throws when it is looked at.
    return undefined;
  }
}
