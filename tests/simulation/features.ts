/**
 * What the pool is expected to keep to, of what not every version of it has done.
 *
 * @module
 */
export const POOL = {
  /** A worker that is stuck between tasks is replaced, and what it was sent goes to another one. */
  replacesStuckWorkers: true,
  /** Worker ids are 1 to `workers`; a worker that is ending still has its id, and counts as one of the workers. */
  countsEndingWorkers: true,
  /** An attempt that has not begun in its worker neither times out nor counts. */
  countsWhatHasBegun: true,
  /** Before an attempt is failed for its time, what its worker has noted is taken in. */
  readsBeforeTimeout: true,
  /** No worker is closed for being idle, and another started, while tasks wait that only a rate holds back. */
  keepsWorkersWhileTasksWait: true,
  /** The timer that closes idle workers is cleared with the last of them. */
  clearsIdleTimer: true,
  /** No way is known in which it breaks a rule: then programs that nobody has seen are tried in each test run. */
  keepsTheRules: true,
} as const;
