/**
 * Which processes, threads and files there are, as Linux tells it.
 *
 * @module
 */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import process from "node:process";

/** The fields of /proc/PID/stat that follow the command's name, which may contain anything. */
function statOf(pid: number | string): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}

/** A name for a process that no later one has, as its id alone could be: the id and when it started. */
export function nameOf(pid: number): string | undefined {
  const stat = statOf(pid);
  return stat && `${pid}/${stat[19]}`;
}

/** Whether a process that `nameOf` named is there, be it only as a zombie. */
export function isThere(name: string): boolean {
  return nameOf(parseInt(name)) === name;
}

/** A child of this process. */
export interface Child {
  readonly pid: number;
  readonly name: string;
}

/** The children of this process. */
export function children(): Child[] {
  const own = String(process.pid);
  return readdirSync("/proc").filter((entry) => /^\d+$/.test(entry)).flatMap((pid) => {
    const stat = statOf(pid);
    return stat?.[1] === own ? [{ pid: Number(pid), name: `${pid}/${stat[19]}` }] : [];
  });
}

/** What all runtimes name the threads of their workers. */
const WORKER = /^(worker|trilane)-/;

/** The names of this process's threads that are workers. */
export function workerThreads(): string[] {
  return readdirSync("/proc/self/task").flatMap((id) => {
    try {
      return readFileSync(`/proc/self/task/${id}/comm`, "utf8").trim();
    } catch {
      return [];
    }
  }).filter((name) => WORKER.test(name));
}

/** How many files of which kind this process has open: paths, pipes, sockets, … */
export function openFiles(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const fd of readdirSync("/proc/self/fd")) {
    let target: string;
    try {
      target = readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      // It was open for the listing itself.
      continue;
    }
    const kind = target.replace(/:\[\d+\]$/, "");
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}
