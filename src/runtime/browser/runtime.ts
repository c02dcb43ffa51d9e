import { systemClock } from "../clock.ts";
import { cores } from "../cores.ts";
import { reportByEvent } from "../report.ts";
import type { Runtime } from "../runtime.ts";

export const browser: Runtime = {
  name: "browser",
  cores,
  spinners: 0,
  clock: systemClock,
  // No timer keeps a page open.
  quietClock: systemClock,
  report: reportByEvent,
};
