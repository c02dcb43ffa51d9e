import { createChannel, takeMessage } from "../node_ports.ts";
import type { Threads } from "../runtime.ts";
import { onScopeStray } from "../stray.ts";
import { onFirstWebMessage, startWebWorker } from "../web_workers.ts";
import { hideStdin } from "./stdin.ts";

export const threads: Threads = {
  createChannel,
  start: startWebWorker,
  onFirstMessage: onFirstWebMessage,
  takeMessage,
  hideStdin,
  onStray: onScopeStray,
};
