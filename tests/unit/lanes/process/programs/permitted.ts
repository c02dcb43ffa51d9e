/**
 * Runs tasks in a child whose permissions are given, and prints what they could do.
 *
 * @module
 */
import { importTasks, type ProcessOptions, ProcessQueue } from "../../../../../mod.ts";

const [permissions, ...calls] = JSON.parse(Deno.args[0]) as [
  ProcessOptions["permissions"] | undefined,
  ...[string, ...unknown[]][],
];
const tasks = importTasks<Record<string, (...args: unknown[]) => unknown>>(
  new URL("../tasks.ts", import.meta.url),
);
const queue = new ProcessQueue({ workers: 1, permissions });
await queue.start();
const seen: string[] = [];
for (const [name, ...args] of calls) {
  const result = await queue.submit(tasks[name], args);
  seen.push(
    result.status === "succeeded"
      ? "granted"
      : result.status === "failed"
      ? (result.error as Error).name
      : result.status,
  );
}
await queue.shutdown();
console.log(JSON.stringify(seen));
