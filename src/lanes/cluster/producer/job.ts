import type { Task } from "../../../task/task.ts";
import type { EventName, JobEvent } from "./server.ts";

/** How far a job has come on its way to the server. */
export type JobState = "queued" | "sending" | "sent";

/** One task, as a job of the cluster. */
export class Job {
  /** Its name on the server. A task that is handed over anew gets another, so that nothing old is taken for its own. */
  readonly id: string;
  readonly task: Task;
  /** How many attempts were made of the task before, as another job. */
  readonly before: number;
  state: JobState = "queued";
  /** The run of the server that it was handed to. */
  run: string | undefined;
  /** How many of its attempts are known to have failed. */
  failures = 0;
  /** It is being taken back. */
  isRecalled = false;
  /** When it was last heard of. */
  seenAt = 0;
  /** Counts what was heard of it: an answer to an earlier question is of no use. */
  version = 0;
  /** What was heard of it while it is being looked at. */
  backlog:
    | { readonly name: EventName; readonly event: JobEvent; readonly at: number }[]
    | undefined;

  constructor(id: string, task: Task) {
    this.id = id;
    this.task = task;
    this.before = task.attempts;
  }
}
