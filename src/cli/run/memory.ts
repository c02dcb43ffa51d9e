import { isInstance, show } from "../../base/errors.ts";
import { Checkpoint } from "../../checkpoint/mod.ts";
import type { RecordedValue } from "../../task/recorder.ts";
import type { Input } from "../input/format.ts";
import { checkpointKey } from "../input/keys.ts";
import type { Outcome } from "../output/outcome.ts";
import type { Work } from "./work.ts";

/** Which inputs have succeeded in earlier runs of a work. */
export class RunMemory {
  readonly #checkpoint: Checkpoint;
  readonly #namespaces: readonly string[];

  /**
   * @param path The checkpoint's file.
   * @param work The work.
   */
  constructor(path: string, work: Work) {
    this.#checkpoint = new Checkpoint(path);
    const earlier = this.#checkpoint.namespaces().filter((name) => work.isEarlierNamespace(name));
    // Of several nobody knows which it is.
    this.#namespaces = [work.namespace, ...(earlier.length === 1 ? earlier : [])];
  }

  /**
   * Looks inputs up.
   *
   * @param inputs The inputs.
   * @returns For each its value, if it has succeeded.
   */
  find(inputs: readonly Input[]): (RecordedValue | undefined)[] {
    const keys = inputs.map(checkpointKey);
    const found = this.#namespaces.map((name) => this.#checkpoint.lookupAll(name, keys));
    return inputs.map((_, n) => found.map((values) => values[n]).find((value) => value));
  }

  /**
   * Records those that have succeeded.
   *
   * @param outcomes What came of the inputs of a task.
   * @returns The same; where the file can't be written, a success is none.
   */
  record(outcomes: readonly Outcome[]): readonly Outcome[] {
    const namespace = this.#namespaces[0];
    try {
      this.#checkpoint.recordAll(
        outcomes.filter(({ status }) => status === "succeeded")
          .map(({ input, value }) => ({ namespace, key: checkpointKey(input), value })),
      );
      return outcomes;
    } catch (cause) {
      const why = isInstance(cause, Error) ? cause.message : show(cause);
      const error = { name: "TrilaneError", message: `The success cannot be recorded: ${why}` };
      return outcomes.map((outcome) =>
        outcome.status === "succeeded"
          ? { ...outcome, status: "failed", value: undefined, json: undefined, error }
          : outcome
      );
    }
  }

  /** Closes the file. */
  close(): void {
    this.#checkpoint.close();
  }
}
