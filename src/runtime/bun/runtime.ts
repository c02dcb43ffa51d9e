import { quietClock, systemClock, unref } from "../clock.ts";
import { cores } from "../cores.ts";
import { nodeContexts } from "../node_contexts.ts";
import { reportByEvent } from "../report.ts";
import type { Runtime } from "../runtime.ts";

export const bun: Runtime = {
  name: "bun",
  cores,
  // To wake a worker takes little.
  spinners: 0,
  clock: systemClock,
  asyncContexts: nodeContexts,
  quietClock: quietClock(unref),
  report: reportByEvent,
};
