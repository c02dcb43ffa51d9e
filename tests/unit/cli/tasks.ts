import { Buffer } from "node:buffer";
import { existsSync, writeFileSync } from "node:fs";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { defineTasks } from "../../../src/portable/define.ts";
import { currentTask } from "../../../src/task/context.ts";

export const version = 3;

export function upper(text: string): string {
  return text.toUpperCase();
}

export function add(a: number, b: number): number {
  return a + b;
}

/** What it was given, and by how many. */
export function seen(...args: unknown[]): unknown[] {
  return args;
}

/** Fails on odd numbers. */
export function even(text: string): number {
  if (Number(text) % 2 === 0) return Number(text);
  throw new RangeError(`${text} is odd`);
}

/** Fails until its attempt has that number. */
export function attempt(text: string): string {
  if (currentTask().attempt < Number(text)) throw new Error("Too early");
  return text;
}

export function nothing(): void {}

export function unencodable(text: string): unknown {
  return text === "bigint" ? 1n : text;
}

export function prints(text: string): string {
  console.log(`logged ${text}`);
  process.stdout.write(`written ${text}\n`);
  return text;
}

/** Says where it runs, and stays until it is interrupted or the file is there. */
export async function stay(file: string): Promise<string> {
  const { signal } = currentTask();
  process.stderr.write(`stays ${file}, process ${process.pid}\n`);
  while (!signal.aborted && !existsSync(file)) {
    await delay(5);
  }
  signal.throwIfAborted();
  return file;
}

/** The same, deaf to its signal. */
export async function stayDeaf(file: string): Promise<string> {
  process.stderr.write(`stays ${file}, process ${process.pid}\n`);
  while (!existsSync(file)) await delay(5);
  return file;
}

/** Never ends, and lets nothing else run on its thread. */
export function loop(text: string): never {
  process.stderr.write(`loops ${text}, process ${process.pid}\n`);
  for (;;);
}

/** Says much on standard error. */
export function complains(text: string): string {
  console.error(`${text} `.repeat(1_000));
  if (text === "odd") throw new Error(text);
  return text;
}

/** Gives back, or fails with, what it is given. */
export function nasty(text: string): string {
  if (text.startsWith("value")) return text;
  const error = new Error(text);
  if (text.startsWith("odd name")) error.name = text;
  throw error;
}

export function same(text: string): string {
  return text;
}

export function size(text: string): number {
  return text.length;
}

export function columns(row: object): number {
  return Object.keys(row).length;
}

/** An array in an array in an array. */
export function deep(levels: string): unknown {
  let value: unknown = [];
  for (let n = 0; n < Number(levels); n++) value = [value];
  return value;
}

export function exits(): void {
  process.exit(3);
}

/** Opens a gate, which is a file, or waits until another has. */
export async function gate(what: "open" | "wait", file: string): Promise<string> {
  if (what === "open") writeFileSync(file, "");
  else await stayDeaf(file);
  return what;
}

/** The same, or fails. */
export async function gateOrFail(what: "wait" | "fail", file: string): Promise<string> {
  if (what === "wait") return await stay(file);
  throw new Error(what);
}

/** For batches: the length of each, and how many there are. */
export function lengths(texts: string[]): string[] | undefined {
  if (texts.includes("fail")) throw new Error("fail");
  if (texts.includes("nothing")) return undefined;
  const results = texts.map((text) => `${text.length} of ${texts.length}`);
  return texts.includes("short") ? results.slice(1) : results;
}

export const { defined } = defineTasks(import.meta.url, {
  defined: (text: string) => `defined ${text}`,
});

export default function byDefault(text: string): string {
  return `default ${text}`;
}

/** Keeps so many MiB for a while, in a loop that looks at nothing. */
export function hoard(mebibytes: string): number {
  const all = Array.from({ length: Number(mebibytes) }, (_, i) => new Uint8Array(1 << 20).fill(i));
  const end = performance.now() + (all.length > 100 ? 20_000 : 0);
  while (performance.now() < end);
  return all.length;
}

/** When it was called. */
export function now(): number {
  return Date.now();
}

/** Prints by all ways that end in the console or Node's streams. */
export function printsRaw(text: string): void {
  console.log(`log ${text}`);
  console.error(`error ${text}`);
  process.stdout.write(`stdout ${text}\n`);
  process.stderr.write(`stderr ${text}\n`, "utf8", () => {});
  process.stdout.write(Buffer.from(`bytes é ${text}\n`));
  const bytes = Buffer.from(`split é ${text}\n`);
  process.stderr.write(bytes.subarray(0, 7));
  process.stderr.write(bytes.subarray(7));
}
