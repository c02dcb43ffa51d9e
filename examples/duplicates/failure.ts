import type { TaskResult } from "@trilane/trilane";

/** Something that could not be read or compared. */
export interface Failure {
  readonly path: string;
  readonly reason: string;
}

/** Troubles that may be over at the next attempt, unlike a file that is missing or forbidden. */
const PASSING = new Set(["EAGAIN", "EBUSY", "EINTR", "EIO", "EMFILE", "ENFILE", "ESTALE"]);

/** A busy file system gets time to recover; what can't get better is not tried again. */
export const patient = {
  retries: 3,
  retryDelay: 50,
  backoff: 2,
  jitter: 0.5,
  retryIf: (error: unknown) => PASSING.has(String((error as { code?: unknown }).code)),
};

/** What is told of a task that didn't succeed, by the path that it was for. */
export function failureOf(result: TaskResult, path: string): Failure {
  return { path, reason: result.message ?? result.status };
}
