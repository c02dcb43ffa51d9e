/**
 * The one task of the chaos tests: each of its attempts does what it is told, and says in its log that it began and that it
 * is about to return.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { appendFileSync, writeSync } from "node:fs";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { sleepSync } from "../../src/runtime/sleep.ts";
import { currentTask, type TaskContext } from "../../src/task/context.ts";
import type { Act } from "./acts.ts";
import { isThere, nameOf } from "./liveness.ts";
import { read, write } from "./log.ts";

/** What a task is told. */
export interface Order {
  /** Its log. */
  readonly log: string;
  /** What its answer is made from. */
  readonly input: number;
  /** What each attempt does; the last of them is what all further ones do. */
  readonly acts: readonly Act[];
  /** On threads: memory in which each attempt that never ends counts for as long as it goes on. */
  readonly pulses?: Int32Array;
}

const worker = crypto.randomUUID();
const ownProcess = nameOf(process.pid)!;
let turn = 0;

/** What a task's value must be: of each kind that is sent in a way of its own. */
export function answer(input: number): unknown {
  switch (input % 8) {
    case 0:
      return { input, twice: [input, input] };
    case 1:
      return `answer ${input}`;
    case 2:
      // More than a pipe holds, so that a kill can come in the midst of it.
      return new Uint8Array(200_000).fill(input);
    default:
      return input * input;
  }
}

/** Writes to a file which process this is: the initializer of children, which are ready after that. */
export function enlist(path: string): void {
  appendFileSync(path, `${ownProcess}\n`);
}

export function perform(order: Order): unknown {
  const task = currentTask();
  const { attempt } = task;
  const { log, acts } = order;
  const act = acts[Math.min(attempt, acts.length) - 1];
  write(log, { kind: "begin", attempt, act, worker, turn: ++turn, process: ownProcess });
  for (const other of stillGoing(order, attempt)) write(log, { kind: "overlap", attempt, other });
  return play(act, task, order);
}

/**
 * The other attempts that are not over. Each says first that it has begun and then looks: of two that overlap one at
 * least sees the other.
 */
function stillGoing({ log, pulses }: Order, attempt: number): number[] {
  const lines = read(log);
  const ended = new Set(lines.filter(({ kind }) => kind === "end").map(({ attempt }) => attempt));
  return lines
    .filter((line) => line.kind === "begin")
    .filter((other) => other.attempt !== attempt && !ended.has(other.attempt))
    .filter((other) => pulses === undefined ? isThere(other.process) : beats(pulses, other.attempt))
    .map((other) => other.attempt);
}

/** How many milliseconds are many pulses. */
const PULSES = 5;

function beats(pulses: Int32Array, attempt: number): boolean {
  const before = Atomics.load(pulses, attempt);
  if (before > 0) sleepSync(PULSES);
  return Atomics.load(pulses, attempt) !== before;
}

function play(act: Act, task: TaskContext, order: Order): unknown {
  const { attempt } = task;
  const done = () => {
    write(order.log, { kind: "end", attempt });
    return answer(order.input);
  };
  const beat = () => order.pulses && Atomics.add(order.pulses, attempt, 1);
  switch (act) {
    case "work":
      return done();
    case "wait":
      return sleep(order.input % 10).then(done);
    case "burn":
      burn(order.input % 20);
      return done();
    case "fail":
      write(order.log, { kind: "end", attempt });
      throw new RangeError("as planned");
    case "tidy":
      if (task.cancelled) return done();
      return new Promise((resolve) => {
        task.signal.addEventListener("abort", () => resolve(done()));
      });
    case "garbage":
      writeGarbage(order.input);
      return done();
    case "leave":
      // It holds the pipes for a moment longer than its parent may live.
      spawn("sh", ["-c", "printf '\\000'; sleep 0.02; printf '\\001'"], { stdio: "inherit" })
        .unref();
      return done();
    case "exit":
      process.exit(7);
      break;
    case "Deno.exit":
      Deno.exit(7);
      break;
    case "close":
      close();
      break;
    case "SIGKILL itself":
      process.kill(process.pid, "SIGKILL");
      break;
    case "uncaught error":
      setTimeout(() => {
        throw new TypeError("astray");
      });
      break;
    case "unhandled rejection":
      Promise.reject(new TypeError("astray"));
      break;
    case "late error":
      setTimeout(() => {
        throw new TypeError("late");
      }, order.input % 3);
      return done();
    case "endless loop":
      // Deno can't stop a thread that is busy, so that has to ask.
      if ("Deno" in globalThis && order.pulses !== undefined) {
        while (!task.cancelled) beat();
        return done();
      }
      for (;;) beat();
    case "endless wait":
      setInterval(beat, 1);
      break;
    case "deaf to its signal":
      void task.signal;
      break;
  }
  return forever();
}

/** Bytes that a terminal doesn't show, some of which begin like a frame. */
function writeGarbage(seed: number): void {
  const bytes = new Uint8Array(seed % 5000);
  for (let i = 0; i < bytes.length; i++) bytes[i] = (seed * (i + 1)) % 7;
  try {
    writeSync(1, bytes);
  } catch (error) {
    // The pipe is full.
    if ((error as { code?: string }).code !== "EAGAIN") throw error;
  }
}

function burn(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

function sleep(ms: number): Promise<void> {
  return delay(ms);
}

function forever(): Promise<never> {
  setInterval(() => {}, 1_000);
  return new Promise(() => {});
}
