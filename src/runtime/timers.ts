import type { Clock } from "../base/clock.ts";
import { systemClock } from "./platform.ts";

/** What the runtimes have for a timer that doesn't keep the program alive. */
interface Unref {
  Deno?: { unrefTimer?(id: number): void };
}

/** The system's clock, with timers that don't keep the program alive. */
export const quietClock: Clock = {
  ...systemClock,
  setTimer(callback, ms) {
    const timer: unknown = setTimeout(callback, ms);
    const { Deno } = globalThis as Unref;
    if (typeof timer === "number") Deno?.unrefTimer?.(timer);
    else (timer as { unref?(): void }).unref?.();
    return timer;
  },
};
