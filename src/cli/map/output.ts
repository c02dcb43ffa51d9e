import { Buffer } from "node:buffer";
import process from "node:process";
import type { TaskHandle } from "../../task/handle.ts";
import type { Written } from "../output/outcome.ts";

/** What an attempt has written so far. */
interface Kept {
  readonly attempt: number;
  readonly stdout: Uint8Array[];
  readonly stderr: Uint8Array[];
}

/** Keeps what the tasks of child processes write, each task's apart, until it has ended. Of one that is retried the last attempt counts. */
export class TaskOutput {
  /** By the metadata of their tasks. */
  readonly #kept = new WeakMap<object, Kept>();

  /** A `ProcessQueue`'s hook. What no task that runs has written goes to standard error. */
  readonly onOutput = (
    handle: TaskHandle | undefined,
    stream: "stdout" | "stderr",
    chunk: Uint8Array,
  ): void => {
    if (handle === undefined || handle.done) return void process.stderr.write(chunk);
    const { attempts, metadata } = handle;
    let kept = this.#kept.get(metadata as object);
    if (kept?.attempt !== attempts) {
      kept = { attempt: attempts, stdout: [], stderr: [] };
      this.#kept.set(metadata as object, kept);
    }
    kept[stream].push(chunk);
  };

  /** What a task has written that has ended. */
  of(metadata: unknown): Written {
    const { stdout = [], stderr = [] } = this.#kept.get(metadata as object) ?? {};
    return { stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) };
  }
}
