import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { TrilaneError } from "../base/errors.ts";
import type { MemoryReader } from "./runtime.ts";

/** What this program may do to look at the memory of others. */
export interface SystemAccess {
  /** Whether it may read the system's own files. */
  canRead(): boolean;
  /** Runs a command to its end; says whether it ended with status 0. Not permitted is `false`. */
  succeeds(command: string, args: readonly string[]): boolean;
  /** What a command that ends by itself writes to its standard output. */
  outputOf(command: string, args: readonly string[]): Promise<string>;
}

/** What the system has for it, the one that costs least first. Not looked up in `PATH`, which may be changed. */
const CAT = ["/bin/cat", "/usr/bin/cat"];
const PS = ["/bin/ps", "/usr/bin/ps"];

/** Where Linux says which cgroup a process is in, and how many it has ended, in a cgroup or in all, for want of memory. */
const CGROUP = /^0::(.*)$/m;
const OOM_KILLS = /^oom_kill (\d+)$/m;

/**
 * Finds a way to look at the memory of other processes: the system's files, by `cat` where this program may not read them
 * itself, or `ps`.
 *
 * @param access What this program may do.
 * @returns The way.
 * @throws {TrilaneError} When there is none.
 */
export function findMemoryReader(access: SystemAccess): MemoryReader {
  const { platform, pid } = process;
  if (platform === "linux") {
    if (access.canRead() && readStatus(pid) !== undefined) return byFiles;
    const cat = CAT.find((command) => access.succeeds(command, [statusFile(pid)]));
    if (cat !== undefined) return byCommand(access, cat, (pids) => pids.map(statusFile), ofStatus);
  }
  if (platform !== "win32") {
    const argsFor = (pids: readonly number[]) => ["-o", "pid=,rss=", "-p", pids.join(",")];
    const ps = PS.find((command) => access.succeeds(command, argsFor([pid])));
    if (ps !== undefined) return byCommand(access, ps, argsFor, ofTable);
  }
  throw new TrilaneError(
    `Cannot look at the memory of other processes on ${platform}: ` +
      (platform === "win32"
        ? "memoryLimit and recycleMemory need Linux, macOS or another Unix"
        : "memoryLimit and recycleMemory need all permissions, or that to run /bin/cat (Linux) or /bin/ps"),
  );
}

/**
 * How many processes the system has ended so far for want of memory.
 *
 * @param read Reads a file; `undefined` if it can't be read.
 * @returns The count, of this program's cgroup if that keeps one, else of the whole system; `undefined` where it can't be told.
 */
export function countOomKills(read = textOf): number | undefined {
  const group = CGROUP.exec(read("/proc/self/cgroup") ?? "")?.[1];
  const files = ["/proc/vmstat"];
  if (group !== undefined) files.unshift(join("/sys/fs/cgroup", group, "memory.events"));
  for (const file of files) {
    const count = OOM_KILLS.exec(read(file) ?? "")?.[1];
    if (count !== undefined) return Number(count);
  }
  return undefined;
}

const byFiles: MemoryReader = {
  readNow: (pid) => readStatus(pid),
  read(pids) {
    const found = new Map<number, number>();
    for (const pid of pids) {
      const bytes = readStatus(pid);
      if (bytes !== undefined) found.set(pid, bytes);
    }
    return Promise.resolve(found);
  },
};

function byCommand(
  { outputOf }: SystemAccess,
  command: string,
  argsFor: (pids: readonly number[]) => string[],
  parse: (output: string) => Map<number, number>,
): MemoryReader {
  return { read: async (pids) => parse(await outputOf(command, argsFor(pids))) };
}

/** A file that says it in kilobytes, unlike `statm`, whose pages have a size of which no file tells. */
function statusFile(pid: number): string {
  return `/proc/${pid}/status`;
}

function readStatus(pid: number): number | undefined {
  return ofStatus(textOf(statusFile(pid)) ?? "").get(pid);
}

/** What one or more `status` files say. That of a process that has ended and not been reaped says nothing. */
function ofStatus(text: string): Map<number, number> {
  const found = new Map<number, number>();
  let pid = 0;
  for (const [, name, value] of text.matchAll(/^(Pid|VmRSS):\s*(\d+)/gm)) {
    if (name === "Pid") pid = Number(value);
    else found.set(pid, Number(value) * 1024);
  }
  return found;
}

/** What `ps` says: a number and kilobytes in each line. */
function ofTable(text: string): Map<number, number> {
  const rows = text.matchAll(/^\s*(\d+)\s+(\d+)\s*$/gm);
  return new Map([...rows].map(([, pid, size]) => [Number(pid), Number(size) * 1024]));
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
