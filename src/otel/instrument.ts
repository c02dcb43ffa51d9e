import { type OptionChecks, ownOptions, refuse } from "../base/checks.ts";
import { QueueStateError, show } from "../base/errors.ts";
import type { Hooks } from "../engine/announcer.ts";
import { engines } from "../queue/engines.ts";
import { traces } from "../task/trace.ts";
import { callIn, remoteSpan } from "./context.ts";
import { TaskMetrics } from "./metrics.ts";
import { TaskSpans } from "./spans.ts";
import type { Meter, Tracer } from "./types.ts";

/**
 * What a queue is instrumented with: objects of `@opentelemetry/api`.
 *
 * @example
 * ```ts
 * import { AsyncQueue } from "@trilane/trilane";
 * import { instrument, type InstrumentOptions } from "@trilane/trilane/otel";
 *
 * const telemetry: InstrumentOptions = {}; // { tracer: trace.getTracer("app"), meter: metrics.getMeter("app") }
 * await using queue = new AsyncQueue();
 * using _telemetry = instrument(queue, telemetry);
 * console.log(await queue.submit(() => 1).value()); // 1
 * ```
 */
export interface InstrumentOptions {
  /** Makes the spans, such as `trace.getTracer("app")`. Default: there are none. */
  readonly tracer?: Tracer;
  /** Makes the metrics, such as `metrics.getMeter("app")`. Default: there are none. */
  readonly meter?: Meter;
}

/**
 * What a worker is instrumented with.
 *
 * @example
 * ```ts
 * import type { InstrumentWorkerOptions, Tracer } from "@trilane/trilane/otel";
 *
 * const optionsFor = (tracer: Tracer): InstrumentWorkerOptions => ({ tracer });
 * console.log(optionsFor.name); // optionsFor
 * ```
 */
export interface InstrumentWorkerOptions {
  /** Makes the worker's spans. Default: none of them joins a trace. */
  readonly tracer?: Tracer;
}

/** Refuses what has no method of this name. */
function having(method: string, expected: string): OptionChecks[string] {
  return (name, value) => {
    if (typeof (value as Record<string, unknown> | null)?.[method] === "function") return;
    refuse(TypeError, name, expected, value);
  };
}

const tracer = having("startActiveSpan", "a Tracer of OpenTelemetry");
const meter = having("createCounter", "a Meter of OpenTelemetry");

/**
 * Tells OpenTelemetry of a queue's tasks. Nothing of it is imported: its objects are handed in.
 *
 * With a tracer:
 *
 * * Each task that is submitted from now on has a span, from its submission to its end, which is a child of the span that was active at
 *   its submission; with `asyncContext: false` at the time when the queue took it in. Each attempt has one below it. They tell
 *   `trilane.task.id`, `.attempt`, `.status`, `trilane.worker.id` and, of an error, `error.type`, the exception and the status.
 * * The span of the attempt is active inside the task: on an `AsyncQueue`, together with all else that the active context held at the
 *   submission if the queue keeps its async context; in threads and processes, whose workers have called
 *   {@linkcode instrumentWorker}, by its W3C `traceparent`, sampled or not as it is. For that OpenTelemetry needs a context manager,
 *   here and there.
 * * Tasks are not sent to a worker ahead of their turn, so that a span tells when its attempt began; short tasks take longer for
 *   that.
 * * The tasks of a `ClusterQueue` have spans here, and none on other machines.
 *
 * With a meter: `trilane.tasks` counts the tasks that have ended, by `trilane.task.status` and `error.type`; the gauges `trilane.tasks.waiting` and
 * `trilane.tasks.running`; and in seconds `trilane.task.wait.duration`, to the first start, and `trilane.task.run.duration`, from there to the
 * end. All have `trilane.queue.id`, the first part of the ids of the queue's tasks.
 *
 * @param queue The queue.
 * @param options What it is instrumented with.
 * @returns Leaves off when it is disposed of; spans of tasks that have not ended end then.
 * @throws {TypeError} When it is no queue of this thread, or an option is unknown or of the wrong type.
 * @throws {QueueStateError} When the queue has a tracer already.
 *
 * @example
 * ```ts ignore
 * import { metrics, trace } from "@opentelemetry/api";
 * import { AsyncQueue } from "@trilane/trilane";
 * import { instrument } from "@trilane/trilane/otel";
 *
 * await using queue = new AsyncQueue();
 * using _telemetry = instrument(queue, {
 *   tracer: trace.getTracer("app"),
 *   meter: metrics.getMeter("app"),
 * });
 * await queue.submit(() => fetch("https://example.com"), { name: "fetch", retries: 2 });
 * ```
 */
export function instrument(queue: object, options: InstrumentOptions): Disposable {
  const own = ownOptions("instrument", options, { tracer, meter });
  const engine = engines.get(queue);
  if (engine === undefined) {
    throw new TypeError(`instrument needs a queue of this thread: got ${show(queue)}`);
  }
  const { dispatcher, announcer } = engine;
  if (own.tracer !== undefined && dispatcher.tracing !== undefined) {
    throw new QueueStateError("Cannot instrument a queue that has a tracer already");
  }
  const spans = own.tracer && new TaskSpans(own.tracer);
  const watchers: Watcher[] = [];
  if (spans !== undefined) watchers.push(spans);
  if (own.meter !== undefined) watchers.push(new TaskMetrics(own.meter, engine));
  const removals = watchers.map(({ hooks }) => announcer.observe(hooks));
  if (spans !== undefined) dispatcher.tracing = spans;
  return {
    [Symbol.dispose]() {
      if (spans !== undefined && dispatcher.tracing === spans) dispatcher.tracing = undefined;
      for (const remove of removals.splice(0)) remove();
      for (const watcher of watchers.splice(0)) watcher.close();
    },
  };
}

/** What follows a queue. */
interface Watcher {
  readonly hooks: Hooks;
  close(): void;
}

/**
 * Makes the spans of a worker's tasks children of their attempts, whose queue is instrumented. OpenTelemetry's objects can't travel, so
 * a worker sets up its own, with a context manager and what exports its spans, in the queue's `initializer`, and calls this there.
 *
 * @param options What the worker is instrumented with.
 * @throws {TypeError} When an option is unknown or of the wrong type.
 *
 * @example
 * ```ts ignore
 * import { context, trace } from "@opentelemetry/api";
 * import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
 * import { BasicTracerProvider } from "@opentelemetry/sdk-trace-base";
 * import { defineTasks, ThreadQueue } from "@trilane/trilane";
 * import { instrumentWorker } from "@trilane/trilane/otel";
 *
 * const { setUp, resize } = defineTasks(import.meta.url, {
 *   setUp() {
 *     context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
 *     trace.setGlobalTracerProvider(new BasicTracerProvider());
 *     instrumentWorker({ tracer: trace.getTracer("app") });
 *   },
 *   resize(image: Uint8Array) {
 *     return trace.getTracer("app").startActiveSpan("decode", (span) => {
 *       span.end();
 *       return image;
 *     });
 *   },
 * });
 *
 * const queue = new ThreadQueue({ initializer: setUp });
 * ```
 */
export function instrumentWorker(options: InstrumentWorkerOptions = {}): void {
  const own = ownOptions("instrumentWorker", options, { tracer });
  traces.join = own.tracer &&
    ((traceparent, fn) => (...args) =>
      callIn(remoteSpan(traceparent), own.tracer!, () => fn(...args)));
}
