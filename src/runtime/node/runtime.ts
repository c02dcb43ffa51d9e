import { quietClock, systemClock, unref } from "../clock.ts";
import { cores } from "../cores.ts";
import { nodeContexts } from "../node_contexts.ts";
import { reportToConsole } from "../report.ts";
import type { Runtime } from "../runtime.ts";

export const node: Runtime = {
  name: "node",
  cores,
  // To wake a worker takes little.
  spinners: 0,
  clock: systemClock,
  asyncContexts: nodeContexts,
  quietClock: quietClock(unref),
  // Node's global scope has no error events.
  report: reportToConsole,
};
