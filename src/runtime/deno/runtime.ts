import { quietClock, systemClock, unref } from "../clock.ts";
import { cores } from "../cores.ts";
import { reportByEvent } from "../report.ts";
import type { Runtime } from "../runtime.ts";
import { denoContexts } from "./contexts.ts";

export const deno: Runtime = {
  name: "deno",
  cores,
  // A worker that sleeps takes about 0.1 ms to be woken. One processor is left to the pool.
  spinners: cores - 1,
  clock: systemClock,
  asyncContexts: denoContexts,
  quietClock: quietClock((timer) => {
    // Once Node's globals are asked for, timers are Node's.
    if (typeof timer === "number") Deno.unrefTimer(timer);
    else unref(timer);
  }),
  report: reportByEvent,
};
