import { causeKey } from "../base/cause_key.ts";
import type { TaskResult } from "../task/result.ts";
import { type Attempt, explanation, nameOf, textField } from "./attempts.ts";

/** Tasks or attempts that ended for what looks like one cause. */
export interface CauseGroup {
  /** The `name` of the error or reason, if it has one. */
  readonly errorName: string | undefined;
  /** The first one's message. */
  readonly message: string;
  readonly count: number;
  /** The task of the first. */
  readonly example: TaskResult;
  /** Where the first one's error comes from, and its causes, if that is known. */
  readonly stack: string | undefined;
}

/** An error may be its own cause, so the chain is not followed to its end. */
const MAX_CHAIN = 5;

/**
 * Groups the tasks of one status by cause. Messages that differ in numbers alone count as one.
 *
 * @param results The tasks.
 * @param status Which of them: those that failed, by error, or that were cancelled, by reason.
 * @returns The groups, the largest first.
 */
export function groupByCause(
  results: readonly TaskResult[],
  status: "failed" | "cancelled",
): CauseGroup[] {
  const ended = results.filter((result) => result.status === status).map((example) => ({
    ...{ example, errorName: nameOf(causeOf(example)), message: example.message ?? "" },
  }));
  return grouped(ended).map((group) => ({ ...group, stack: stackOf(causeOf(group.example)) }));
}

/**
 * Groups the attempts that were followed by another, by what they failed with.
 *
 * @param attempts All attempts.
 * @returns The groups, the largest first. Stacks of such attempts are not kept.
 */
export function groupRetries(attempts: readonly Attempt[]): CauseGroup[] {
  const retried = attempts.filter(({ status }) => status === "retried").map((attempt) => ({
    ...{ example: attempt.result, errorName: attempt.errorName, message: attempt.message ?? "" },
  }));
  return grouped(retried).map((group) => ({ ...group, stack: undefined }));
}

function grouped<T extends { errorName: string | undefined; message: string }>(
  ended: readonly T[],
): (T & { count: number })[] {
  const groups = new Map<string, T & { count: number }>();
  for (const each of ended) {
    const key = causeKey(explanation(each) ?? "");
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { ...each, count: 1 });
    else group.count++;
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}

/**
 * Why a task did not succeed.
 *
 * @param result Its result.
 * @returns The name of its error or reason, if it has one, and the message; `undefined` if it succeeded.
 */
export function causeText(result: TaskResult): string | undefined {
  if (result.status === "succeeded") return undefined;
  return explanation({ errorName: nameOf(causeOf(result)), message: result.message ?? "" });
}

function causeOf(result: TaskResult): unknown {
  if (result.status === "failed") return result.error;
  return result.status === "cancelled" ? result.reason : undefined;
}

function stackOf(error: unknown): string | undefined {
  const stacks: string[] = [];
  for (let each = error; stacks.length < MAX_CHAIN; each = nextCause(each)) {
    const stack = textField(each, "stack");
    if (stack === undefined) break;
    const message = textField(each, "message") ?? "";
    // Some engines' stacks have frames alone.
    const text = stack.includes(message)
      ? stack
      : `${nameOf(each) ?? "Error"}: ${message}\n${stack}`;
    stacks.push(text.trimEnd());
  }
  return stacks.length === 0 ? undefined : stacks.join("\nCaused by: ");
}

function nextCause(error: unknown): unknown {
  try {
    return (error as { cause?: unknown }).cause;
  } catch {
    return undefined;
  }
}
