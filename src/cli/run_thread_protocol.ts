import type { EndSignal, Host } from "./host.ts";

/** What the thread of a run begins with. */
export interface RunStart {
  readonly args: readonly string[];
  readonly terminals: Host["terminals"];
  readonly columns: number | undefined;
  readonly port: MessagePort;
}

/** What it is told of the process. */
export interface FromMain {
  readonly signal?: EndSignal;
  readonly columns?: number;
}

/** What it tells in the end. */
export interface FromRun {
  readonly status: number;
}
