import process from "node:process";
import { COMMANDS } from "./commands.ts";
import { readRequest, runCommandLine } from "./command_line.ts";
import { mainThread, STATUS_BY_SIGNAL } from "./host.ts";
import type { FromMain, FromRun, RunStart } from "./run_thread_protocol.ts";

/** Most runs have ended by then. */
const HINT_AFTER_MS = 1_000;

/**
 * Runs the command line as a program of its own.
 *
 * Tasks of `--lane async` could keep its thread busy, which then could not hear of a second interrupt. So a run with such
 * tasks is given a thread of its own, and this one listens.
 *
 * @param args The arguments.
 * @returns The exit status.
 */
export async function runProgram(args: readonly string[]): Promise<number> {
  using _hint = hintAfterInterrupt();
  return await (mayBlock(args) ? runInThread(args) : runCommandLine(args, mainThread));
}

/** Tells how to end a run that goes on after an interrupt. */
function hintAfterInterrupt(): Disposable {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stopListening = mainThread.onSignal(() => {
    // A bar may be under the cursor, drawn by another thread.
    const start = mainThread.terminals.stderr ? "\r\x1b[J" : "";
    timer ??= setTimeout(
      () => process.stderr.write(`${start}Still running. Interrupt again to kill it\n`),
      HINT_AFTER_MS,
    );
  });
  return {
    [Symbol.dispose]: () => {
      stopListening();
      clearTimeout(timer);
    },
  };
}

function mayBlock(args: readonly string[]): boolean {
  try {
    const { command, line: { values } } = readRequest(args);
    return command === COMMANDS.map && values.lane === "async" && !values.help && !values.version;
  } catch {
    // It will be told of.
    return false;
  }
}

async function runInThread(args: readonly string[]): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const worker = new Worker(new URL("./run_thread.ts", import.meta.url), { type: "module" });
  const { port1: port, port2 } = new MessageChannel();
  const tell = (message: FromMain) => port.postMessage(message);
  let interrupts = 0;
  const stopListening = mainThread.onSignal((signal) => {
    if (++interrupts > 1) process.exit(STATUS_BY_SIGNAL[signal]);
    tell({ signal });
  });
  const resized = () => tell({ columns: mainThread.columns });
  process.stderr.on("resize", resized);
  worker.onerror = (event) => {
    event.preventDefault();
    process.stderr.write(`${event.message}\n`);
    resolve(1);
  };
  port.onmessage = ({ data: { status } }: MessageEvent<FromRun>) => resolve(status);
  // A task may end the thread, as by process.exit(): then nobody tells of the end.
  port.addEventListener("close", () => resolve(1));
  const { terminals, columns } = mainThread;
  const start: RunStart = { args, terminals, columns, port: port2 };
  worker.postMessage(start, [port2]);
  const status = await promise;
  stopListening();
  process.stderr.off("resize", resized);
  return status;
}
