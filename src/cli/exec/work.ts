import type { QueueOptions } from "../../engine/options.ts";
import { AsyncQueue } from "../../lanes/async/queue.ts";
import type { TaskQueue } from "../../queue/queue.ts";
import { cores } from "../../runtime/cores.ts";
import type { TaskResult } from "../../task/result.ts";
import type { AnyFunction } from "../../task/task.ts";
import type { Input } from "../input/format.ts";
import { commonOf, type Outcome, outcomeOf, succeeded, type Written } from "../output/outcome.ts";
import type { Work } from "../run/work.ts";
import { CommandError, type CommandOutput, Commands } from "./command.ts";
import type { CommandTemplate } from "./template.ts";

/** `trilane exec`: a command is run for each input. */
export class ExecWork implements Work {
  readonly name: string;
  readonly title: string;
  readonly namespace: string;
  readonly printsWhole = true;
  readonly #template: CommandTemplate;
  readonly #commands = new Commands();

  /**
   * @param words The words of the command, with placeholders.
   * @param template Makes a command of them.
   */
  constructor(words: readonly string[], template: CommandTemplate) {
    this.name = words[0];
    this.title = `trilane exec ${words.join(" ")}`;
    this.namespace = `exec ${JSON.stringify(words)}`;
    this.#template = template;
  }

  isEarlierNamespace(): boolean {
    return false;
  }

  createQueue(options: QueueOptions): TaskQueue {
    return new AsyncQueue({ ...options, workers: options.workers ?? cores });
  }

  prepare(): Promise<AnyFunction> {
    return Promise.resolve((words: readonly string[]) => this.#commands.run(words));
  }

  argsFor([input]: readonly Input[]): unknown[] {
    return [this.#template.words(input)];
  }

  outcomes([input]: readonly Input[], result: TaskResult): Outcome[] {
    const common = commonOf(input, result);
    if (result.status === "succeeded") {
      const written = result.value as CommandOutput;
      return [{ ...succeeded(common, decoded(written.stdout)), written }];
    }
    if (result.status === "failed" && result.error instanceof CommandError) {
      const { name, message, exitCode, signal, output: written } = result.error;
      const { stdout, stderr } = textsOf(written);
      const error = { name, message, exitCode, signal, stdout, stderr };
      return [{ ...common, status: "failed", error, written }];
    }
    return [outcomeOf(input, result)];
  }

  earlier(input: Input, value: unknown): Outcome {
    const written = { stdout: new TextEncoder().encode(String(value)), stderr: new Uint8Array() };
    return { ...succeeded({ input, attempts: 0, duration: 0 }, value), written };
  }

  describe([input]: readonly Input[]): string {
    return this.#template.text(input);
  }

  kill(): void {
    this.#commands.kill();
  }

  gone(): Promise<void> {
    return this.#commands.gone();
  }
}

function textsOf({ stdout, stderr }: Written): { stdout: string; stderr: string } {
  return { stdout: decoded(stdout), stderr: decoded(stderr) };
}

function decoded(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
