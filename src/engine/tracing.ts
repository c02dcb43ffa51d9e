import type { AnyFunction, Task } from "../task/task.ts";

/** What makes the tasks of a queue part of traces, where there is such. */
export interface Tracing {
  /** A task was submitted. Called within that call, in its async context, where it is kept or the call goes on. */
  submitted(task: Task): void;
  /** The function of a task whose attempt starts here, so that it runs as part of the attempt. */
  around(task: Task, fn: AnyFunction): AnyFunction;
  /** The attempt that starts on a worker, for the code there: a W3C `traceparent`. */
  parentFor(task: Task): string | undefined;
}
