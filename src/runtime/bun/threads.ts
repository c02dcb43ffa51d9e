import { createChannel, takeMessage } from "../node_ports.ts";
import type { Threads } from "../runtime.ts";
import { onProcessStray } from "../stray.ts";
import { onFirstWebMessage, startWebWorker } from "../web_workers.ts";
import { isCompiled, takeOver } from "./compiled.ts";
import { hideStdin } from "./stdin.ts";

/** Says in a thread that it was started with a compiled program, to run tasks. */
const THREAD_MARK = "--trilane-thread";

/** The first message to a thread that was taken over: it may come before those who wait for it are loaded. */
let first: Promise<unknown> | undefined;

export const threads: Threads = {
  createChannel,
  start(module, name, events) {
    if (!isCompiled(module.url.href)) return startWebWorker(module, name, events);
    return startWebWorker({ url: new URL(import.meta.url) }, name, events, { argv: [THREAD_MARK] });
  },
  takeOver(run) {
    takeOver(THREAD_MARK, () => {
      first = new Promise(onFirstWebMessage);
      run();
    });
  },
  onFirstMessage(callback) {
    if (first === undefined) onFirstWebMessage(callback);
    else void first.then(callback);
  },
  takeMessage,
  hideStdin,
  onStray: onProcessStray,
  tellsExit: true,
};
