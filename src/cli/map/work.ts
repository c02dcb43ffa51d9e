import { isAbsolute } from "node:path";
import { show } from "../../base/errors.ts";
import type { QueueOptions } from "../../engine/options.ts";
import type { TaskQueue } from "../../queue/queue.ts";
import type { TaskResult } from "../../task/result.ts";
import type { AnyFunction } from "../../task/task.ts";
import { DEFAULT_NAME } from "../cluster/engine.ts";
import type { Input } from "../input/format.ts";
import type { OptionValues } from "../options/options.ts";
import { commonOf, type Outcome, outcomeOf, succeeded } from "../output/outcome.ts";
import type { Work } from "../run/work.ts";
import { createQueue, type LaneOptions } from "./lane.ts";
import { TaskOutput } from "./output.ts";
import { hasScheme, isEarlierName, namespaceOf, type Target } from "./plan.ts";
import { findFunction } from "./target.ts";

/** `trilane map`: a function is called for each input, or for each batch of them. */
export class MapWork implements Work {
  readonly name: string;
  readonly title: string;
  readonly namespace: string;
  readonly printsWhole = false;
  readonly #target: Target;
  readonly #lane: LaneOptions;
  readonly #batch: number | undefined;
  /** Where it is to be kept: what tasks write can be told apart in processes alone. */
  readonly #output: TaskOutput | undefined;

  /**
   * @param target The function.
   * @param options Which say how it is called.
   * @param hasBar Whether there is a progress bar.
   */
  constructor(target: Target, options: OptionValues, hasBar: boolean) {
    const { lane = "thread", batch, checkpoint, permissions, cluster } = options;
    const { name = DEFAULT_NAME } = options;
    this.name = target.name;
    this.title = `trilane map ${target.module}#${target.name}`;
    this.namespace = namespaceOf(target, checkpoint);
    this.#target = target;
    this.#batch = batch;
    if (options.results !== undefined && lane === "process" && cluster === undefined) {
      this.#output = new TaskOutput();
    }
    this.#lane = {
      lane,
      ...(cluster !== undefined && { cluster: { url: cluster, name } }),
      hasBar,
      process: {
        ...(permissions !== undefined && { permissions }),
        ...(options["memory-limit"] !== undefined && { memoryLimit: options["memory-limit"] }),
        ...(this.#output && { onOutput: this.#output.onOutput }),
      },
    };
  }

  isEarlierNamespace(namespace: string): boolean {
    const file = !hasScheme(this.namespace) && !isAbsolute(this.namespace);
    return file && isEarlierName(namespace, this.namespace);
  }

  createQueue(options: QueueOptions): TaskQueue {
    return createQueue(this.#lane, options);
  }

  prepare(signal: AbortSignal): Promise<AnyFunction> {
    return findFunction(this.#target, this.#lane, signal);
  }

  argsFor(inputs: readonly Input[]): unknown[] {
    if (this.#batch === undefined) return [...inputs[0].args];
    return [inputs.map(({ value }) => value)];
  }

  outcomes(inputs: readonly Input[], result: TaskResult): Outcome[] {
    const outcomes = this.#outcomes(inputs, result);
    const written = this.#output?.of(result.metadata);
    return written === undefined ? outcomes : outcomes.map((outcome) => ({ ...outcome, written }));
  }

  #outcomes(inputs: readonly Input[], result: TaskResult): Outcome[] {
    if (this.#batch === undefined || result.status !== "succeeded") {
      return inputs.map((input) => outcomeOf(input, result));
    }
    const values: unknown = result.value ?? inputs.map(() => undefined);
    if (Array.isArray(values) && values.length === inputs.length) {
      return inputs.map((input, n) => succeeded(commonOf(input, result), values[n]));
    }
    const seen = Array.isArray(values) ? `${values.length}` : show(values);
    const message = `The function must return ${inputs.length} results for as many inputs, ` +
      `or undefined: got ${seen}`;
    const error = { name: "TypeError", message };
    return inputs.map((input) => ({ ...commonOf(input, result), status: "failed", error }));
  }

  earlier(input: Input, value: unknown): Outcome {
    return succeeded({ input, attempts: 0, duration: 0 }, value);
  }

  describe(inputs: readonly Input[]): string {
    const { module, name } = this.#target;
    const args = this.argsFor(inputs).map((arg) => JSON.stringify(arg));
    return `${module}#${name}(${args.join(", ")})`;
  }

  kill(): void {}

  async gone(): Promise<void> {}
}
