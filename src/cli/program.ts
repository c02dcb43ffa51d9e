import process from "node:process";
import { reasonOf } from "../base/errors.ts";
import { printable } from "../base/printable.ts";
import { neighbour } from "../runtime/neighbour.ts";
import { threads } from "../runtime/threads.ts";
import { readRequest, runCommandLine } from "./command_line.ts";
import { COMMANDS } from "./commands.ts";
import { mainThread, STATUS_BY_SIGNAL } from "./host.ts";
import type {} from "./run_thread.ts";
import type { FromMain, FromRun, RunStart } from "./run_thread_protocol.ts";

const RUN_THREAD = { url: neighbour(import.meta.url, "./run_thread.ts") };

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
  const forget = hintAfterInterrupt();
  try {
    return await (mayBlock(args) ? runInThread(args) : runCommandLine(args, mainThread));
  } finally {
    forget();
  }
}

/** Tells how to end a run that goes on after an interrupt. Returns what ends that. */
function hintAfterInterrupt(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  // A bar may be under the cursor, drawn by another thread.
  const start = mainThread.terminals.stderr ? "\r\x1b[J" : "";
  const stopListening = mainThread.onSignal(() => {
    timer ??= setTimeout(
      () => process.stderr.write(`${start}Still running. Interrupt again to kill it\n`),
      HINT_AFTER_MS,
    );
  });
  return () => {
    stopListening();
    clearTimeout(timer);
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
  const channel = threads.createChannel();
  const tell = (message: FromMain) => channel.own.postMessage(message);
  let interrupts = 0;
  const stopListening = mainThread.onSignal((signal) => {
    if (++interrupts > 1) process.exit(STATUS_BY_SIGNAL[signal]);
    tell({ signal });
  });
  const resized = () => tell({ columns: mainThread.columns });
  process.stderr.on("resize", resized);
  const stopReading = channel.own.listen(
    ({ status }: FromRun) => resolve(status),
    // A task may end the thread, as by process.exit(): then nobody tells of the end.
    () => resolve(1),
  );
  const thread = threads.start(RUN_THREAD, "trilane run", {
    failed: (error) => {
      process.stderr.write(`${printable(reasonOf(error))}\n`);
      resolve(1);
    },
    ended: () => resolve(1),
  });
  const { terminals, columns } = mainThread;
  const start: RunStart = { args, terminals, columns, port: channel.given };
  thread.post(start, [channel.given]);
  const status = await promise;
  stopListening();
  stopReading();
  process.stderr.off("resize", resized);
  return status;
}
