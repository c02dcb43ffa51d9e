/**
 * The tasks of the process tests: plain functions that a child runs.
 *
 * @module
 */
import { spawn, spawnSync } from "node:child_process";
import {
  appendFileSync,
  closeSync,
  existsSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { currentTask } from "../../../../src/task/context.ts";

export function add(a: number, b: number): number {
  return a + b;
}

export function echo<T>(value: T): T {
  return value;
}

export function pid(): number {
  return process.pid;
}

export function nothing(): void {}

export async function linger(ms: number): Promise<number> {
  await sleep(ms);
  return ms;
}

export async function later<T>(value: T): Promise<T> {
  await sleep(1);
  return value;
}

function sleep(ms: number): Promise<void> {
  return delay(ms);
}

/** Keeps its child busy for so many milliseconds, and says nothing. */
export function stall(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end;);
}

/** Reports the child's id as its progress and never ends, in a loop. */
export function spin(): never {
  currentTask().progress(process.pid);
  for (;;);
}

/** The same, but it waits, and listens to its signal or not. */
export function hang(listens: boolean): Promise<never> {
  const task = currentTask();
  if (listens) task.signal.addEventListener("abort", () => {});
  task.progress(process.pid);
  return new Promise(() => {
    setInterval(() => {}, 1_000);
  });
}

/** Waits for its signal, then cleans up, which takes a moment. */
export function cleanUp(file: string): Promise<string> {
  const task = currentTask();
  const { signal } = task;
  return new Promise((resolve) => {
    signal.addEventListener("abort", async () => {
      await sleep(20);
      appendFileSync(file, `${signal.reason.name}\n`);
      resolve("cleaned");
    });
    task.progress(process.pid);
  });
}

/** Ignores SIGTERM and never ends. */
export function ignoreTerm(file: string): Promise<never> {
  process.on("SIGTERM", () => appendFileSync(file, "SIGTERM\n"));
  return hang(false);
}

/** Tells of its attempt's begin and end in a file; the first attempt never ends. */
export function attempts(file: string): number {
  const task = currentTask();
  const { attempt } = task;
  appendFileSync(file, `${attempt} ${process.pid}\n`);
  task.progress(process.pid);
  if (attempt === 1) { for (;;); }
  return attempt;
}

/** Writes its name to a file. */
export function note(file: string): void {
  appendFileSync(file, `${currentTask().name}\n`);
}

export function exit(status: number): void {
  process.exit(status);
}

export function kill(signal: string): Promise<never> {
  process.kill(process.pid, signal as "SIGKILL");
  return new Promise(() => {});
}

export function stray(message: string): Promise<never> {
  setTimeout(() => {
    throw new RangeError(message);
  });
  return new Promise(() => {});
}

/** The same, with a message of so many characters. */
export function strayLong(length: number): Promise<never> {
  return stray("y".repeat(length));
}

export function exhaust(): number {
  const all: unknown[] = [];
  for (;;) all.push(new Array(100_000).fill(all.length));
}

// Output

/** Writes to standard output, bytes as they are. */
export function write(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length;) at += tryWrite(bytes.subarray(at));
  return bytes.length;
}

function tryWrite(bytes: Uint8Array): number {
  try {
    return writeSync(1, bytes);
  } catch {
    return 0;
  }
}

export function log(...texts: string[]): void {
  for (const text of texts) console.log(text);
}

export function stdoutWrite(text: string): boolean {
  return process.stdout.write(text);
}

export function logError(text: string): void {
  console.error(text);
}

/** Starts a shell that has the child's standard output and outlives the task. */
export function leave(script: string): number {
  const shell = spawn("sh", ["-c", script], { stdio: ["ignore", "inherit", "inherit"] });
  shell.unref();
  return shell.pid!;
}

// Input

export async function readInput(): Promise<number> {
  let size = 0;
  for await (const chunk of process.stdin) size += chunk.length;
  return size;
}

// What it may do

export function read(path: string): string {
  return readFileSync(path, "utf8");
}

export function writeFile(path: string): void {
  writeFileSync(path, "written");
}

/** Imports a module by a name that stands in a configuration. */
export async function importNamed(specifier: string): Promise<unknown> {
  return Object.keys(await import(specifier));
}

/** Uses what only an option turns on. */
export function useUnstable(): void {
  if (!("openKv" in Deno)) throw new TypeError("Deno.openKv is not there");
}

/** Imports a module that there is not. */
export async function importFrom(host: string): Promise<unknown> {
  return await import(`https://${host}/nothing.ts`);
}

export function environment(): Record<string, string | undefined> {
  return { ...process.env };
}

export function folder(): string {
  return process.cwd();
}

// Big

export function fill(size: number, byte: number): Uint8Array {
  return new Uint8Array(size).fill(byte);
}

export function first(bytes: Uint8Array): number {
  return bytes[0];
}

export function sum(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum + byte, 0);
}

// Initializers

let prepared: unknown;

export function prepare(value: unknown): void {
  prepared = value;
}

export function whatIsPrepared(): unknown {
  return prepared;
}

export function failToPrepare(message: string): never {
  throw new TypeError(message);
}

export function neverPrepare(): Promise<never> {
  return hangQuietly();
}

function hangQuietly(): Promise<never> {
  return new Promise(() => {
    setInterval(() => {}, 1_000);
  });
}

/** Writes to standard output and exits at once. */
export function writeAndExit(text: string): void {
  write(new TextEncoder().encode(text));
  process.exit(3);
}

/** Waits until a file is there. */
export async function waitFor(file: string): Promise<string> {
  currentTask().progress(process.pid);
  while (!existsSync(file)) await sleep(5);
  return "waited";
}

/** Connects to a port of this machine. */
export async function connect(port: number): Promise<string> {
  const { connect } = await import("node:net");
  return await new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve("connected");
    });
    socket.on("error", reject);
  });
}

export function run(command: string): number | null {
  if ("Deno" in globalThis) return new Deno.Command(command).outputSync().code;
  const { status, error } = spawnSync(command, [], { stdio: "ignore" });
  if (error) throw error;
  return status;
}

/** Loops until it is told to stop. */
export function pollUntilCancelled(file: string): void {
  const task = currentTask();
  // It has asked before anyone can tell it.
  if (task.cancelled) return;
  task.progress(process.pid);
  while (!task.cancelled);
  appendFileSync(file, "cancelled\n");
}

// What it leaves running

/** Writes to a file later. */
export function writeLater(file: string, ms: number): void {
  setTimeout(() => appendFileSync(file, "written\n"), ms);
}

/** Does something again and again, long after it has returned. */
export function leaveInterval(): number {
  setInterval(() => {}, 5);
  return process.pid;
}

/** How many bytes a program finds that inherits this child's standard input. */
export function inputOfProgram(): number {
  const { stdout } = spawnSync("cat", [], { stdio: ["inherit", "pipe", "inherit"] });
  return stdout.length;
}

/** How many bytes are read from the descriptor of standard input. */
export function inputOfDescriptor(): number {
  return readFileSync(0).length;
}

/** Opens the descriptor that a child is given its messages by. */
export function openPipe(): void {
  Deno.openSync("/dev/fd/3").close();
}

/** Writes lines as fast as it can. */
export function stdoutLines(count: number): void {
  for (let i = 0; i < count; i++) process.stdout.write(`line ${i} of many\n`);
}

/** Throws an error with a message of so many characters, and perhaps with memory that no process can have. */
export function throwLong(length: number, shares = false): never {
  const fields = { code: "E", ...(shares && { memory: new SharedArrayBuffer(8) }) };
  throw Object.assign(new RangeError("x".repeat(length)), fields);
}

/** Throws an error in which each of so many levels refers to the one below it several times. */
export function throwShared(levels: number): never {
  let error = new Error("0");
  for (let i = 1; i <= levels; i++) {
    error = Object.assign(new Error(`${i}`, { cause: error }), {
      original: error,
      all: [error, error],
    });
  }
  throw error;
}

/** Returns one of the platform's own objects, or what is odd in other ways. */
export function make(kind: "blob" | "stream" | "headers" | "gaps" | "deep" | "forged"): unknown {
  switch (kind) {
    case "blob":
      return [new Blob(["x"])];
    case "stream":
      return { stream: new ReadableStream() };
    case "headers":
      return new Headers();
    case "gaps":
      return Object.assign([], { [2 ** 31]: 1 });
    case "deep": {
      let deep: unknown[] = [];
      for (let i = 0; i < 5_000; i++) deep = [deep];
      return deep;
    }
    case "forged":
      return { "trilane:value": [{ "trilane:value": 9 }] };
  }
}

// Memory

const hoarded: Uint8Array[] = [];

/** Keeps so many MiB more for good, and goes on for so many milliseconds without a pause. */
export function hoard(mebibytes: number, ms: number): number {
  // Pages that hold nothing but zeros might take no memory.
  for (let i = 0; i < mebibytes; i++) hoarded.push(new Uint8Array(1 << 20).fill(i + 1));
  stall(ms);
  return process.pid;
}

/** Has a program of its own hold so many MiB for so many milliseconds. */
export async function haveHoarded(mebibytes: number, ms: number): Promise<number> {
  const script = `const all = []; for (let i = 0; i < ${mebibytes}; i++) ` +
    `all.push(Buffer.alloc(1 << 20, i + 1)); setTimeout(() => process.exit(0 * all.length), ${ms});`;
  const args = "Deno" in globalThis
    ? ["eval", `import {Buffer} from "node:buffer"; import process from "node:process"; ${script}`]
    : ["-e", script];
  const child = spawn(process.execPath, args, { stdio: "ignore" });
  await new Promise((resolve) => child.on("exit", resolve));
  return process.pid;
}

/** An error goes astray that says that there is no memory left. */
export function strayOutOfMemory(): Promise<never> {
  return stray("Out of memory");
}

// Output, by task

/** Writes a line to each stream in turn, so many times, by so many ways. */
export function writeBoth(name: string, count: number): string {
  for (let i = 0; i < count; i++) {
    console.log(`${name} out ${i}`);
    console.error(`${name} err ${i}`);
    process.stdout.write(`${name} out+ ${i}\n`);
    process.stderr.write(`${name} err+ ${i}\n`);
  }
  return name;
}

/** Writes to both streams after it has returned. */
export function writeBothLater(name: string, ms: number): void {
  setTimeout(() => writeBoth(name, 1), ms);
}

/** Has a program of its own write to both streams. */
export function haveWritten(text: string): void {
  spawnSync("sh", ["-c", `echo ${text}; echo ${text} >&2`], {
    stdio: ["ignore", "inherit", "inherit"],
  });
}

/** Closes its standard error. */
export function closeErrors(): void {
  if ("Deno" in globalThis) Deno.stderr.close();
  else closeSync(2);
}

/** Writes to both streams and dies. */
export function writeBothAndDie(name: string): Promise<never> {
  writeBoth(name, 1);
  return kill("SIGKILL");
}

/** Writes a line and never ends. */
export function writeAndHang(text: string): Promise<never> {
  console.log(text);
  return hang(false);
}
