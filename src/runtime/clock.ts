import type { Clock } from "../base/clock.ts";

/** The clock of the system that the program runs on. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  setTimer: (callback, ms) => setTimeout(callback, ms),
  clearTimer: (timer) => clearTimeout(timer as Parameters<typeof clearTimeout>[0]),
};

/**
 * The system's clock, with timers that don't keep the program alive.
 *
 * @param letGo Makes a timer such.
 */
export function quietClock(letGo: (timer: unknown) => void): Clock {
  return {
    ...systemClock,
    setTimer(callback, ms) {
      const timer: unknown = setTimeout(callback, ms);
      letGo(timer);
      return timer;
    },
  };
}

/** Lets go of a timer as Node and Bun do. */
export function unref(timer: unknown): void {
  (timer as { unref(): void }).unref();
}
