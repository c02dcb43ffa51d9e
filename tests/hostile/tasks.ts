/**
 * The tasks of the hostile tests: plain functions, for the test's own event loop, threads and processes.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { spawn } from "node:child_process";
import { closeSync, writeFileSync, writeSync } from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline";
import { currentTask } from "../../src/task/context.ts";
import { freezeAll, left } from "./changes.ts";
import { oddities } from "./oddities.ts";

/** Adds, to see whether a queue still works. */
export function add(a: number, b: number): number {
  return a + b;
}

/** Throws what is odd. */
export function throwOdd(kind: string): never {
  throw oddities[kind]!();
}

/** Rejects with it. */
export function rejectOdd(kind: string): Promise<never> {
  return Promise.reject(oddities[kind]!());
}

/** Returns it. */
export function returnOdd(kind: string): unknown {
  return oddities[kind]!();
}

/** How many arguments it was given. */
export function count(...values: unknown[]): number {
  return values.length;
}

/** Never returns, by itself. */
export function recurse(depth = 0): number {
  return recurse(depth + 1) + 1;
}

const ends = new Set<() => void>();

/** Waits, and looks at no signal. On the event loop `endAll()` lets it go. */
export function never(): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {}, 60_000);
    ends.add(() => {
      clearInterval(timer);
      resolve();
    });
  });
}

/** Lets all go that wait here. */
export function endAll(): void {
  for (const end of ends) end();
  ends.clear();
}

/** Changes globals, and leaves it at that. */
export function change(kind: string): void {
  if (kind === "everything is frozen") freezeAll();
  else left[kind]!();
}

/** Tells how far it is, waits, and adds. */
export async function addSlowly(a: number, b: number): Promise<number> {
  const task = currentTask();
  task.progress({ a });
  await Promise.resolve();
  task.throwIfCancelled();
  return a + b;
}

/** Throws a plain error. */
export function fail(message: string): never {
  throw new RangeError(message);
}

/** What a task may do to its worker, by name. */
const acts: Readonly<Record<string, () => unknown>> = {
  "ends by Deno.exit or process.exit": () => process.exit(3),
  "ends by process.exit in a timer": () => {
    setTimeout(() => process.exit(3), 1);
    return new Promise(() => setInterval(() => {}, 60_000));
  },
  "closes its scope": () => (globalThis as unknown as { close?(): void }).close?.(),
  "leaves a rejection": () => void Promise.reject(new Error("left")),
  "leaves a throw": () =>
    void setTimeout(() => {
      throw new Error("left");
    }, 0),
  "replaces process.exit and throws later": () => {
    process.exit = (() => {}) as never;
    setTimeout(() => {
      throw Object.create(null);
    }, 0);
  },
  "kills its listeners": () => {
    Object.assign(globalThis, { addEventListener() {}, removeEventListener() {}, onerror: null });
  },
  "removes listeners of its process": () => void process.removeAllListeners("SIGINT"),
  "throws in a microtask": () =>
    queueMicrotask(() => {
      throw new Error("left");
    }),
  "leaves a pending promise": () => void new Promise(() => {}),
  "leaves an interval": () => void setInterval(() => {}, 1),
  "changes its folder": () => process.chdir("/"),
  "closes its standard streams": () => [0, 1, 2].forEach(closeQuietly),
  "closes all descriptors": () => Array.from({ length: 64 }, (_, n) => n).forEach(closeQuietly),
};

function closeQuietly(descriptor: number): void {
  try {
    closeSync(descriptor);
  } catch {
    // It wasn't open.
  }
}

/** Does something of that. */
export function misbehave(act: string): unknown {
  return acts[act]!();
}

/** Never lets the event loop turn, until it is let go, if there is what lets it. */
export async function spinMicrotasks(stop: Int32Array | null): Promise<void> {
  while (stop === null || Atomics.load(stop, 0) === 0) await null;
}

/** Writes what is no message, in all ways there are. */
export function writeGarbage(): string {
  const garbage = Buffer.from([0, 1, 2, 255, 254, 10, 0, 0, 0, 7, 123, 34]);
  console.log("\u0000\u0001\u0002");
  console.error("{");
  process.stdout.write(garbage);
  for (const descriptor of [1, 2]) {
    try {
      writeSync(descriptor, garbage);
    } catch {
      // There is nobody who reads it.
    }
  }
  return "written";
}

/** Reports what can't be sent. */
export function badProgress(): string {
  try {
    currentTask().progress(() => {});
  } catch (error) {
    return (error as Error).name;
  }
  return "sent";
}

/** Starts a program that outlives its worker. */
export function leaveGrandchild(): number {
  const child = spawn("sleep", ["60"], { detached: true, stdio: "inherit" });
  child.unref();
  return child.pid!;
}

/** Returns its last argument. */
export function echo(...values: unknown[]): unknown {
  return values.at(-1);
}

/** Returns arrays in arrays. */
export function nest(depth: number): unknown {
  let value: unknown = "deep";
  for (let n = 0; n < depth; n++) value = [value];
  return value;
}

/** What all objects have since a value has come. */
export function pollution(_value: unknown): unknown {
  return ({} as Record<string, unknown>).polluted;
}

/** Reads standard input to its end. */
export async function readStdin(): Promise<string> {
  let text = "";
  for await (const bytes of process.stdin) text += bytes;
  return text;
}

/** The same by events. */
export function listenToStdin(): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    process.stdin.on("data", (bytes) => text += bytes);
    process.stdin.on("end", () => resolve(text));
  });
}

/** The same by lines. */
export async function readLines(): Promise<string> {
  let text = "";
  for await (const line of createInterface({ input: process.stdin })) text += line;
  return text;
}

/** The same by the names that the runtime itself has for it. */
export async function readStdinNatively(): Promise<string> {
  if ("Deno" in globalThis) {
    const bytes = new Uint8Array(1);
    const read = [Deno.stdin.readSync(bytes), await Deno.stdin.read(bytes)];
    return read.filter(Number).join() + await new Response(Deno.stdin.readable).text();
  }
  // Node has no other names for it.
  if (!("Bun" in globalThis)) return "";
  const { Bun, prompt } = globalThis as unknown as { Bun: { stdin: Blob }; prompt(): string };
  return (prompt() ?? "") + await Bun.stdin.text();
}

/** Listens to its signal in all ways with what throws; then cleans up, which takes a while and ends with a file. */
export function listenBadly(file: string): Promise<void> {
  const task = currentTask();
  const { signal } = task;
  const heard: string[] = [];
  const fail = (how: string) => {
    heard.push(how);
    throw new Error(how);
  };
  const removed = () => fail("removed");
  signal.addEventListener("abort", () => fail("function"));
  signal.addEventListener("abort", { handleEvent: () => fail("object") });
  signal.onabort = () => fail("handler");
  signal.addEventListener("abort", removed);
  signal.addEventListener("abort", removed);
  signal.removeEventListener("abort", removed);
  return new Promise((resolve) => {
    signal.addEventListener("abort", function (this: AbortSignal, event) {
      if (this === signal && event.type === "abort") heard.push("this");
      setTimeout(() => {
        writeFileSync(file, heard.join());
        resolve();
      }, 50);
    });
    task.progress("listens");
  });
}
