import type { Hooks } from "../engine/announcer.ts";
import type { Engine } from "../engine/engine.ts";
import type { TaskResult } from "../task/result.ts";
import { errorType } from "./spans.ts";
import type { Attributes, Meter, Observe } from "./types.ts";

/** The bounds, in seconds, that OpenTelemetry advises for durations. */
const BOUNDS_S = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** Measures the tasks of a queue. */
export class TaskMetrics {
  readonly #ended;
  readonly #wait;
  readonly #run;
  readonly #gauges: (() => void)[];
  readonly #queue: Attributes;

  constructor(meter: Meter, engine: Engine) {
    this.#queue = { "trilane.queue.id": engine.id };
    this.#ended = meter.createCounter("trilane.tasks", {
      description: "Tasks that have ended, by their status",
      unit: "{task}",
    });
    const duration = (name: string, description: string) =>
      meter.createHistogram(name, {
        description,
        unit: "s",
        advice: { explicitBucketBoundaries: BOUNDS_S },
      });
    this.#wait = duration(
      "trilane.task.wait.duration",
      "From a task's due time to its first start",
    );
    this.#run = duration("trilane.task.run.duration", "From a task's first start to its end");
    const gauge = (name: string, description: string, read: () => number) => {
      const instrument = meter.createObservableGauge(name, { description, unit: "{task}" });
      const observe: Observe = (result) => result.observe(read(), this.#queue);
      instrument.addCallback(observe);
      return () => instrument.removeCallback(observe);
    };
    this.#gauges = [
      gauge("trilane.tasks.waiting", "Tasks that wait, whatever for", () => engine.waiting),
      gauge("trilane.tasks.running", "Tasks that run", () => engine.running.size),
    ];
  }

  readonly hooks: Hooks = { onComplete: (result) => this.#measure(result) };

  /** Leaves off. */
  close(): void {
    for (const remove of this.#gauges) remove();
  }

  #measure(result: TaskResult): void {
    const { status, startedAt, createdAt, scheduledFor, duration } = result;
    const attributes: Attributes = { ...this.#queue, "trilane.task.status": status };
    if (status === "failed") attributes["error.type"] = errorType(result.error);
    this.#ended.add(1, attributes);
    if (startedAt === undefined) return;
    this.#wait.record(Math.max(0, startedAt - (scheduledFor ?? createdAt)) / 1000, this.#queue);
    this.#run.record(duration / 1000, attributes);
  }
}
