import { checks, oneOf, type OptionChecks, refuse } from "../base/checks.ts";
import type { Clock } from "../base/clock.ts";
import type { Hooks } from "./announcer.ts";

/** How a queue runs; the options that all lanes share. */
export interface QueueOptions extends Hooks {
  /**
   * How many attempts run at once. Default: as many as the backlog asks for, up to four for each core
   * (async) or one for each core (threads, processes), and never more than 32.
   */
  readonly workers?: number;
  /** How many tasks may be outstanding (queued, scheduled or running) at once. Default 0: no limit. */
  readonly size?: number;
  /** Milliseconds that a `run()` may take, unless it is given a limit of its own. Default: no limit. */
  readonly timeout?: number;
  /**
   * When `run()` ends: as soon as nothing is outstanding (`"finite"`, the default), or at `shutdown()` or
   * its timeout (`"infinite"`).
   */
  readonly mode?: "finite" | "infinite";
  /**
   * Whether the first task that fails for good cancels all others but the `mustComplete` ones
   * (`"fail-first"`) or changes nothing for them (`"continue"`, the default).
   */
  readonly failPolicy?: "continue" | "fail-first";
  /**
   * What the end of a run's time does to `mustComplete` tasks: they run to their end
   * (`"complete-priority"`, the default) or are cancelled as all others are (`"cancel"`).
   */
  readonly onExit?: "complete-priority" | "cancel";
  /** How many attempts may start in a second, over the whole queue. Default: no limit. */
  readonly rate?: number;
  /** How many attempts may start back to back after idle time, under a `rate`. Default 1. */
  readonly burst?: number;
  /** How many finished results the queue keeps, the last ones. Default `"all"`. */
  readonly retain?: "all" | "none" | number;
  /** Where the queue's time comes from. Default: the system's clock. For tests. */
  readonly clock?: Clock;
}

/** The hooks. */
export const HOOK_CHECKS: OptionChecks = {
  onStart: checks.function,
  onComplete: checks.function,
  onRetry: checks.function,
  onProgress: checks.function,
};

/** The queue options that all lanes share. */
export const QUEUE_OPTION_CHECKS: OptionChecks = {
  workers: checks.count,
  size: checks.countOrZero,
  timeout: checks.positive,
  mode: oneOf("finite", "infinite"),
  failPolicy: oneOf("continue", "fail-first"),
  onExit: oneOf("complete-priority", "cancel"),
  rate: checks.positive,
  burst: checks.count,
  retain: (name, value) =>
    typeof value === "number" ? checks.countOrZero(name, value) : oneOf("all", "none")(name, value),
  clock: (name, value) => {
    if (typeof (value as Clock | null)?.now !== "function") {
      refuse(TypeError, name, "a Clock", value);
    }
  },
  ...HOOK_CHECKS,
};
