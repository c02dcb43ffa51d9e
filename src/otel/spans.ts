import { isError, reasonOf, show } from "../base/errors.ts";
import type { Tracing } from "../engine/tracing.ts";
import type { Hooks } from "../engine/announcer.ts";
import type { TaskHandle } from "../task/handle.ts";
import type { TaskResult } from "../task/result.ts";
import type { AnyFunction, Task } from "../task/task.ts";
import { callIn, contextWith, traceparentOf } from "./context.ts";
import type { Attributes, Span, Tracer } from "./types.ts";

/** How OpenTelemetry numbers the status of a span that failed. */
const ERROR = 2;

/** The spans of a task that has not ended. */
interface Spans {
  readonly task: Span;
  /** That of the attempt under way, and its number. */
  attempt: { readonly number: number; readonly span: Span } | undefined;
}

/** Makes the spans of a queue's tasks. */
export class TaskSpans implements Tracing {
  readonly #tracer: Tracer;
  readonly #spans = new Map<string, Spans>();

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  readonly hooks: Hooks = {
    onStart: (handle) => void this.#attemptOf(handle),
    onRetry: (handle, error) => {
      const spans = this.#spans.get(handle.id);
      if (spans !== undefined) this.#endAttempt(spans, { error });
    },
    onComplete: (result) => this.#ended(result),
  };

  submitted({ id, name, priority, groupId }: Task): void {
    const attributes: Attributes = { "trilane.task.id": id, "trilane.task.priority": priority };
    if (groupId !== undefined) attributes["trilane.task.group"] = groupId;
    this.#spans.set(id, {
      task: this.#tracer.startSpan(name, { attributes }),
      attempt: undefined,
    });
  }

  around(task: Task, fn: AnyFunction): AnyFunction {
    const span = this.#attemptOf(task);
    if (span === undefined) return fn;
    return (...args) => callIn(span, this.#tracer, () => fn(...args));
  }

  parentFor(task: Task): string | undefined {
    const span = this.#attemptOf(task);
    return span && traceparentOf(span);
  }

  /** Ends the spans of tasks that are not followed any more. */
  close(): void {
    for (const spans of this.#spans.values()) {
      this.#endAttempt(spans, {});
      spans.task.end();
    }
    this.#spans.clear();
  }

  /** The span of a task's attempt, which is started when it is first asked for. */
  #attemptOf({ id, name, attempts: number }: TaskHandle): Span | undefined {
    const spans = this.#spans.get(id);
    if (spans === undefined) return undefined;
    if (spans.attempt?.number === number) return spans.attempt.span;
    this.#endAttempt(spans, {});
    const attributes = { "trilane.task.id": id, "trilane.task.attempt": number };
    const span = this.#tracer.startSpan(
      `${name} attempt`,
      { attributes },
      contextWith(spans.task),
    );
    spans.attempt = { number, span };
    return span;
  }

  #ended(result: TaskResult): void {
    const { id, status, attempts, workerId } = result;
    const spans = this.#spans.get(id);
    if (spans === undefined) return;
    this.#spans.delete(id);
    const failure = status === "failed" ? { error: result.error } : {};
    this.#endAttempt(spans, failure);
    const { task } = spans;
    task.setAttributes({ "trilane.task.status": status, "trilane.task.attempts": attempts });
    if (workerId !== undefined) task.setAttributes({ "trilane.worker.id": workerId });
    end(task, failure);
  }

  #endAttempt(spans: Spans, failure: Failure): void {
    if (spans.attempt !== undefined) end(spans.attempt.span, failure);
    spans.attempt = undefined;
  }
}

/** What something failed with, if it has failed. */
type Failure = { readonly error?: unknown };

function end(span: Span, failure: Failure): void {
  try {
    if (!("error" in failure)) return;
    const { error } = failure;
    span.setAttributes({ "error.type": errorType(error) });
    span.setStatus({ code: ERROR, message: reasonOf(error) });
    span.recordException(isError(error) ? error : show(error));
  } finally {
    span.end();
  }
}

/** What OpenTelemetry calls `error.type`. */
export function errorType(error: unknown): string {
  return isError(error) ? `${error.name}` : typeof error;
}
