import { shared } from "../../../base/shared.ts";

/** Once is enough for a program. */
const state = shared("warning", () => ({ given: false }));

/**
 * Warns, once in a program, that a worker goes on that was told to end.
 *
 * @param workerId Its number.
 * @param ms How long ago it was told.
 */
export function warnOfBusyWorker(workerId: number, ms: number): void {
  if (state.given) return;
  state.given = true;
  console.warn(
    `Trilane: worker ${workerId} is still busy ${ms} ms after it was told to end, since this runtime can't stop ` +
      "a thread that never yields. It is counted in stats.abandoned and keeps the program alive until it ends. " +
      "Poll currentTask().cancelled in long loops, or run such tasks on a ProcessQueue, whose workers can be killed",
  );
}
