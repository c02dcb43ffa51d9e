/**
 * The tasks of the cluster's tests. They are told by files what to do, and write down what they did: they may run anywhere.
 *
 * @module
 */
import { appendFileSync, existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { currentTask, defineTasks } from "../../src/lanes/cluster/mod.ts";

export const { add, echo, attempts, fail, open, note, untilAborted, slowToStop, busy } =
  defineTasks(
    import.meta.url,
    {
      add(a: number, b: number): number {
        return a + b;
      },

      /** Returns its argument. */
      echo(value: unknown): unknown {
        return value;
      },

      /** Reports the number of its attempt, and fails before the given one. */
      attempts(last: number): number {
        const { attempt } = currentTask();
        currentTask().progress(attempt);
        if (attempt < last) {
          throw Object.assign(new RangeError(`attempt ${attempt}`), { code: "E_EARLY" });
        }
        return attempt;
      },

      fail(message: string): never {
        throw new TypeError(message, { cause: { deep: new Map([[1, 2]]) } });
      },

      /** Reports that it has begun, and ends once a file is there. */
      async open(file: string): Promise<string> {
        const task = currentTask();
        task.progress("begun");
        while (!existsSync(file)) {
          task.throwIfCancelled();
          await delay(5);
        }
        return "opened";
      },

      /** Writes a line. */
      note(file: string, line: string): void {
        appendFileSync(file, `${line}\n`);
      },

      /** Reports that it has begun, waits for its signal, and writes down the reason. */
      async untilAborted(file: string): Promise<void> {
        const { signal } = currentTask();
        currentTask().progress("begun");
        const alive = setInterval(() => {}, 1_000);
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        clearInterval(alive);
        appendFileSync(file, `${(signal.reason as Error).message}\n`);
        throw signal.reason;
      },

      /** Writes down when it begins, when it is told to stop and, once a file is there or the log has gone, when it ends. */
      async slowToStop(log: string, file: string): Promise<void> {
        const { attempt, signal } = currentTask();
        appendFileSync(log, `begin ${attempt}\n`);
        const alive = setInterval(() => {}, 1_000);
        if (!signal.aborted) {
          await new Promise((resolve) => signal.addEventListener("abort", resolve));
        }
        clearInterval(alive);
        appendFileSync(log, `told ${attempt}\n`);
        while (existsSync(log) && !existsSync(file)) await delay(5);
        appendFileSync(log, `end ${attempt}\n`);
      },

      /** Keeps its thread busy for so many milliseconds. */
      busy(ms: number): void {
        for (const end = Date.now() + ms; Date.now() < end;);
      },
    },
  );

/** Exported only: found by `importTasks`. */
export function subtract(a: number, b: number): number {
  return a - b;
}
