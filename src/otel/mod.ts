/**
 * OpenTelemetry: traces and metrics of queues. Its objects are handed in; nothing of it is imported.
 *
 * @example
 * ```ts ignore
 * import { metrics, trace } from "@opentelemetry/api";
 * import { AsyncQueue } from "@trilane/trilane";
 * import { instrument } from "@trilane/trilane/otel";
 *
 * const queue = new AsyncQueue();
 * instrument(queue, { tracer: trace.getTracer("app"), meter: metrics.getMeter("app") });
 * ```
 *
 * @module
 */
export {
  instrument,
  type InstrumentOptions,
  instrumentWorker,
  type InstrumentWorkerOptions,
} from "./instrument.ts";
export type {
  Attributes,
  Context,
  Meter,
  MetricOptions,
  Observe,
  Span,
  SpanContext,
  Tracer,
} from "./types.ts";
