/**
 * The tasks of the tests of `ThreadQueue`: exported functions of a module that needs nothing else, but for the
 * context of the task.
 *
 * @module
 */
import { appendFileSync } from "node:fs";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { currentTask } from "../../../../src/task/context.ts";

/** Which worker this is: another one has another. */
const worker = crypto.randomUUID();
let calls = 0;
let initialized = "";

/** Tells the worker that it runs in, and which of its calls this is. */
export function whoAmI(): { worker: string; call: number; initialized: string } {
  return { worker, call: ++calls, initialized };
}

/** An initializer. */
export function initialize(...words: unknown[]): void {
  initialized = words.map((word) => word instanceof Error ? word.name : String(word)).join(" ");
}

/** An initializer that takes its time. */
export async function initializeLater(ms: number): Promise<void> {
  await delay(ms);
  initialized = "later";
}

/** An initializer that notes that it has been called and fails. */
export function failToStart(log: string): never {
  appendFileSync(log, "start\n");
  throw new RangeError("no start");
}

/** An initializer that fails in the worker whose number in the log is below `until`. */
export function failToStartUntil(log: string, count: Int32Array, until: number): void {
  appendFileSync(log, "start\n");
  if (Atomics.add(count, 0, 1) < until) throw new RangeError("no start");
}

/** An initializer that fails in all workers but the first. */
export function failToStartAgain(log: string, count: Int32Array): void {
  appendFileSync(log, "start\n");
  if (Atomics.add(count, 0, 1) > 0) throw new RangeError("no start");
}

/** Writes to files of a folder until that fails, then returns the error's code. */
export function writeUntilRefused(folder: string): string | undefined {
  try {
    while (true) {
      for (const name of "abcdefghijklmnopqrstuvwxyz") appendFileSync(`${folder}/${name}`, name);
    }
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}

/** Never ends; counts at a gate that it has begun. */
export function never(gate?: Int32Array): Promise<never> {
  if (gate !== undefined) Atomics.add(gate, 1, 1);
  const alive = setInterval(() => {}, 1000);
  return new Promise(() => alive);
}

// Gates: shared memory of which word 0 opens, word 1 counts who has come, word 2 who has gone.

/** Blocks its thread until the gate opens, then returns the value. */
// deno-lint-ignore no-explicit-any -- importTasks can't keep type parameters
export function block(gate: Int32Array, value?: any): any {
  Atomics.add(gate, 1, 1);
  while (Atomics.load(gate, 0) === 0) Atomics.wait(gate, 0, 0, 10);
  Atomics.add(gate, 2, 1);
  return value;
}

/** Blocks its thread until the gate opens, then tells which worker it is. */
export function tellAndBlock(gate: Int32Array): string {
  block(gate);
  return worker;
}

/** Spins in a loop that never yields until it is cancelled; writes the reason to the log. */
export function pollUntilCancelled(gate: Int32Array, log?: string): string {
  const task = currentTask();
  // Whoever sees that it has come may rely on its having asked.
  void task.cancelled;
  Atomics.add(gate, 1, 1);
  while (!task.cancelled);
  Atomics.add(gate, 2, 1);
  try {
    task.throwIfCancelled();
    return "not cancelled";
  } catch (reason) {
    if (log !== undefined) {
      const { name, message } = reason as Error;
      appendFileSync(log, `${name}: ${message}, aborted: ${task.signal.aborted}\n`);
    }
    throw reason;
  }
}

/** Asks for its signal once and then spins until the gate opens, without looking at it again. */
export function touchAndSpin(gate: Int32Array): string {
  void currentTask().signal;
  Atomics.add(gate, 1, 1);
  while (Atomics.load(gate, 0) === 0);
  Atomics.add(gate, 2, 1);
  return "spun";
}

/** Spins until the gate opens, and never asks for anything. */
export function spin(gate: Int32Array): string {
  Atomics.add(gate, 1, 1);
  while (Atomics.load(gate, 0) === 0);
  Atomics.add(gate, 2, 1);
  return "spun";
}

/** Counts its calls: begun in word 1. */
export function count(gate: Int32Array): number {
  return Atomics.add(gate, 1, 1);
}

/** Notes the value in the list, whose word 0 says how many there are. */
export function append(list: Int32Array, value: number): number {
  const at = Atomics.add(list, 0, 1);
  Atomics.store(list, at + 1, value);
  return value;
}

/** Works for about so many milliseconds. */
export function work(ms: number): number {
  const end = performance.now() + ms;
  while (performance.now() < end);
  return ms;
}

// Values.

export function square(n: number): number {
  return n * n;
}

// deno-lint-ignore no-explicit-any -- importTasks can't keep type parameters
export function echo(value: any): any {
  return value;
}

/** Tells what arrived. */
export function look(...values: unknown[]): string[] {
  return values.map((value) => {
    const tag = Object.prototype.toString.call(value).slice(8, -1);
    if (ArrayBuffer.isView(value)) return `${tag} ${value.byteLength}/${value.buffer.byteLength}`;
    if (value instanceof ArrayBuffer) return `${tag} ${value.byteLength}`;
    if (value instanceof Error) return `${value.constructor.name} ${value.name} ${value.message}`;
    return tag;
  });
}

export function add(memory: Int32Array, value: number): void {
  Atomics.add(memory, 0, value);
}

export function bad(kind: string): unknown {
  switch (kind) {
    case "function":
      return () => 1;
    case "symbol":
      return [Symbol("s")];
    case "url":
      return { url: new URL("http://localhost/") };
    case "promise":
      return { promise: Promise.resolve(1) };
    case "stream":
      return [new ReadableStream()];
    case "form":
      return { form: new FormData() };
    case "endless":
      return endless();
    case "proxy":
      return new Proxy({}, {
        has() {
          throw new Error("has");
        },
      });
    default: {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      return proxy;
    }
  }
}

/** What getters make up without end. */
function endless(): unknown {
  return {
    get left() {
      return endless();
    },
    get right() {
      return endless();
    },
  };
}

export function progress(...values: unknown[]): string {
  const task = currentTask();
  for (const value of values) task.progress(value);
  return "reported";
}

export function badProgress(): string {
  try {
    currentTask().progress(() => 1);
    return "no error";
  } catch (error) {
    return (error as Error).name;
  }
}

// Errors.

export class TeapotError extends RangeError {
  status = 418;
  kettle = { full: true, url: new URL("http://localhost/") };
  list = [1, 2];
  fn = () => 1;
}

export function boil(): never {
  throw new TeapotError("short and stout", { cause: new TypeError("steam", { cause: "fire" }) });
}

export async function boilLater(): Promise<never> {
  await Promise.resolve();
  boil();
}

export function throwAggregate(): never {
  throw new AggregateError([new TypeError("a"), new RangeError("b")], "both");
}

export function throwOdd(kind: string): never {
  const error = new Error(kind);
  const trap = {
    get() {
      throw new Error("trap");
    },
  };
  if (kind === "toJSON") Object.defineProperty(error, "toJSON", { ...trap, enumerable: true });
  if (kind === "stack") Object.defineProperty(error, "stack", trap);
  if (kind === "message") Object.defineProperty(error, "message", trap);
  if (kind === "revoked") {
    const { proxy, revoke } = Proxy.revocable(error, {});
    revoke();
    throw proxy;
  }
  if (kind === "function") throw () => 1;
  if (kind === "undefined") throw undefined;
  throw error;
}

// Deaths.

export async function die(how: string): Promise<void> {
  const scope = globalThis as unknown as { close(): void; Deno?: { exit(code: number): never } };
  switch (how) {
    case "exit":
      return process.exit(7);
    case "Deno.exit":
      return scope.Deno!.exit(7);
    case "close":
      scope.close();
      break;
    case "throw":
      setTimeout(() => {
        throw new TypeError("astray");
      });
      break;
    case "reject":
      Promise.reject(new TypeError("astray"));
      break;
    case "reportError":
      reportError(new TypeError("astray"));
      break;
  }
  await never();
}

/** Leaves an error behind that comes when the task is over. */
export function leaveError(): string {
  setTimeout(() => {
    throw new TypeError("late");
  }, 20);
  return "over";
}

/** Takes care of its own stray errors: none of them ends the worker. */
export async function careForErrors(): Promise<string[]> {
  const seen: string[] = [];
  let done = () => {};
  const both = new Promise<void>((resolve) => done = resolve);
  const note = (error: unknown) => {
    if (seen.push((error as Error).message) === 2) done();
  };
  const scope = globalThis as unknown as Partial<EventTarget & { close(): void }>;
  const undo: (() => void)[] = [];
  if (scope.close !== undefined) {
    const onError = (event: Event) => {
      event.preventDefault();
      const { error, reason } = event as ErrorEvent & PromiseRejectionEvent;
      note(error ?? reason);
    };
    for (const type of ["error", "unhandledrejection"]) {
      scope.addEventListener!(type, onError);
      undo.push(() => scope.removeEventListener!(type, onError));
    }
  } else {
    for (const type of ["uncaughtException", "unhandledRejection"]) {
      process.on(type, note);
      undo.push(() => process.off(type, note));
    }
  }
  setTimeout(() => {
    throw new Error("thrown");
  });
  Promise.reject(new Error("rejected"));
  await both;
  for (const one of undo) one();
  return seen.sort();
}

/** Reports that it has begun, and waits until it is to stop. */
export function tellAndWait(): Promise<string> {
  const task = currentTask();
  task.progress("waits");
  return new Promise((resolve) => {
    task.signal.addEventListener("abort", () => resolve("stopped"));
  });
}
