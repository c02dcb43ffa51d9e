import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import process from "node:process";
import { TrilaneError } from "../../../mod.ts";
import {
  countOomKills,
  findMemoryReader,
  type SystemAccess,
} from "../../../src/runtime/process_memory.ts";
import { processes } from "../../../src/runtime/processes.ts";
import { test } from "../../harness.ts";

const { pid } = process;

/** What may be done to look, with the commands that were run. */
function access(
  canRead: boolean,
  commands: Readonly<Record<string, string>>,
): SystemAccess & { readonly run: string[][] } {
  const run: string[][] = [];
  return {
    run,
    canRead: () => canRead,
    succeeds: (command) => Object.hasOwn(commands, command),
    outputOf(command, args) {
      run.push([command, ...args]);
      return Promise.resolve(commands[command]!);
    },
  };
}

test("memory of processes: the system's files tell it, of this process and not of one that there isn't", async () => {
  const reader = findMemoryReader(access(true, {}));
  const [own, all] = [reader.readNow!(pid)!, await reader.read([pid, 2 ** 30])];
  assert(Math.abs(own - process.memoryUsage().rss) < 50 << 20, `${own}`);
  assertEquals([...all.keys()], [pid]);
  assertEquals(reader.readNow!(2 ** 30), undefined);
});

test("memory of processes: cat reads those files where this program may not", async () => {
  const status = (pid: number, size: string) =>
    `Name:\tdeno\nPid:\t${pid}\nPPid:\t1\n${size}Threads:\t9\n`;
  const text = status(7, "VmHWM:\t  99 kB\nVmRSS:\t    2048 kB\n") + status(8, "") +
    status(9, "VmRSS:\t 1 kB\n");
  const given = access(false, { "/usr/bin/cat": text, "/bin/ps": "" });
  const reader = findMemoryReader(given);
  assertEquals(await reader.read([7, 8, 9]), new Map([[7, 2 << 20], [9, 1024]]));
  assertEquals(given.run, [["/usr/bin/cat", "/proc/7/status", "/proc/8/status", "/proc/9/status"]]);
  assertEquals(reader.readNow, undefined);
});

test("memory of processes: ps tells it where there are no such files", async () => {
  const given = access(false, { "/bin/ps": "    7   2048\n  123456 1\n" });
  const reader = findMemoryReader(given);
  assertEquals(await reader.read([7, 123456]), new Map([[7, 2 << 20], [123456, 1024]]));
  assertEquals(given.run, [["/bin/ps", "-o", "pid=,rss=", "-p", "7,123456"]]);
});

test("memory of processes: without a way to look there is an error that says what it takes", () => {
  const error = assertThrows(() => findMemoryReader(access(false, {})), TrilaneError);
  assertStringIncludes(
    error.message,
    `Cannot look at the memory of other processes on ${process.platform}`,
  );
  assertStringIncludes(error.message, "/bin/cat");
});

test("memory of processes: this runtime finds a way, and so does each of its commands", async () => {
  const size = (await processes.findMemoryReader().read([pid])).get(pid)!;
  for (
    const [command, args] of [["/bin/cat", [`/proc/${pid}/status`]], ["/bin/ps", [
      "-o",
      "pid=,rss=",
      "-p",
      `${pid}`,
    ]]] as const
  ) {
    const { outputOf } = await ("Deno" in globalThis
      ? import("../../../src/runtime/deno/subprocess.ts")
      : import("../../../src/runtime/node/subprocess.ts"));
    const text = await outputOf(command, args);
    const reader = findMemoryReader(access(false, { [command]: text }));
    assert(Math.abs((await reader.read([pid])).get(pid)! - size) < 50 << 20, command);
  }
});

test("processes that the system ended for want of memory are counted in the cgroup, else in all", () => {
  const files: Record<string, string> = {};
  const count = () => countOomKills((file) => files[file]);
  assertEquals(count(), undefined);
  files["/proc/vmstat"] = "pgfault 12\noom_kill 3\n";
  assertEquals(count(), 3);
  files["/proc/self/cgroup"] = "4:memory:/old\n0::/\n";
  assertEquals(count(), 3);
  files["/sys/fs/cgroup/memory.events"] = "max 5\noom 1\noom_kill 1\noom_group_kill 0\n";
  assertEquals(count(), 1);
  files["/proc/self/cgroup"] = "0::/user.slice/a\n";
  files["/sys/fs/cgroup/user.slice/a/memory.events"] = "oom_kill 0\n";
  assertEquals(count(), 0);
});
