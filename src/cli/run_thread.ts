/**
 * The thread of a run whose tasks could keep it busy.
 *
 * @module
 */
import { threads } from "../runtime/threads.ts";
import { runCommandLine } from "./command_line.ts";
import type { EndSignal, Host } from "./host.ts";
import type { FromMain, FromRun, RunStart } from "./run_thread_protocol.ts";

threads.writeDirectly?.();
threads.readDirectly?.();
threads.onFirstMessage(async (first) => {
  const { args, terminals, columns, port } = first as RunStart;
  const host = new ToldHost(terminals, columns);
  port.onmessage = ({ data }: MessageEvent<FromMain>) => host.hear(data);
  const told: FromRun = { status: await runCommandLine(args, host) };
  port.postMessage(told);
});

/** The process, as far as this thread is told of it. */
class ToldHost implements Host {
  readonly terminals: Host["terminals"];
  columns: number | undefined;
  readonly #listeners = new Set<(signal: EndSignal) => void>();
  /** Those that came before anybody listened. */
  #unheard: EndSignal[] = [];

  constructor(terminals: Host["terminals"], columns: number | undefined) {
    this.terminals = terminals;
    this.columns = columns;
  }

  hear({ signal, columns }: FromMain): void {
    if (signal === undefined) this.columns = columns;
    else if (this.#listeners.size === 0) this.#unheard.push(signal);
    else for (const listener of this.#listeners) listener(signal);
  }

  onSignal(listener: (signal: EndSignal) => void): () => void {
    this.#listeners.add(listener);
    for (const signal of this.#unheard.splice(0)) listener(signal);
    return () => this.#listeners.delete(listener);
  }
}
