/**
 * The thread of a run whose tasks could keep it busy.
 *
 * @module
 */
import { runCommandLine } from "./command_line.ts";
import type { EndSignal, Host } from "./host.ts";
import type { FromMain, FromRun, RunStart } from "./run_thread_protocol.ts";

addEventListener("message", async (event) => {
  const { data } = event as MessageEvent<RunStart>;
  const { args, terminals, port } = data;
  let { columns } = data;
  const listeners = new Set<(signal: EndSignal) => void>();
  const earlier: EndSignal[] = [];
  port.onmessage = ({ data: message }: MessageEvent<FromMain>) => {
    const { signal } = message;
    if (signal === undefined) columns = message.columns;
    else if (listeners.size === 0) earlier.push(signal);
    else for (const listener of listeners) listener(signal);
  };
  const host: Host = {
    terminals,
    get columns() {
      return columns;
    },
    onSignal(listener) {
      listeners.add(listener);
      for (const signal of earlier.splice(0)) listener(signal);
      return () => listeners.delete(listener);
    },
  };
  const told: FromRun = { status: await runCommandLine(args, host) };
  port.postMessage(told);
}, { once: true });
