import process from "node:process";
import { isatty } from "node:tty";

/** The signals that end a run, with the exit status for each. */
export const STATUS_BY_SIGNAL = { SIGINT: 130, SIGTERM: 143 } as const;

/** A signal that ends a run. */
export type EndSignal = keyof typeof STATUS_BY_SIGNAL;

/** What there is of a process that only its main thread sees. */
export interface Host {
  /** Whether each is a terminal. */
  readonly terminals: Readonly<Record<"stdin" | "stdout" | "stderr", boolean>>;
  /** How many columns the terminal has now, if there is one. */
  readonly columns: number | undefined;
  /**
   * Listens to the signals that end a run.
   *
   * @param listener Told of each.
   * @returns Ends it.
   */
  onSignal(listener: (signal: EndSignal) => void): () => void;
}

const signals = Object.keys(STATUS_BY_SIGNAL) as EndSignal[];

/** What the main thread sees. */
export const mainThread: Host = {
  terminals: { stdin: isatty(0), stdout: isatty(1), stderr: isatty(2) },
  get columns() {
    return process.stderr.columns ?? process.stdout.columns;
  },
  onSignal(listener) {
    const heard = signals.map((signal) => ({ signal, hear: () => listener(signal) }));
    for (const { signal, hear } of heard) process.on(signal, hear);
    return () => {
      for (const { signal, hear } of heard) process.off(signal, hear);
    };
  },
};
