/**
 * Tasks that tell what trace they are part of.
 *
 * @module
 */
import { context, propagation, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { BasicTracerProvider, type ReadableSpan } from "@opentelemetry/sdk-trace-base";
import { currentTask, defineTasks } from "../../../mod.ts";
import { instrumentWorker } from "../../../src/otel/mod.ts";

/** What a task knows of the trace that it is in. */
export interface Seen {
  /** The span that is active, and the trace that it is of. */
  readonly spanId: string | undefined;
  readonly traceId: string | undefined;
  /** The parent of a span that the task has started, and its trace. */
  readonly parentId: string | undefined;
  readonly childTraceId: string;
  readonly baggage: string | undefined;
}

/** Starts the spans of tests, in whatever thread. */
export const tracer = trace.getTracer("tests");

/** Registers a context manager and a provider; returns the spans that have ended, now and later. */
export function register(): ReadableSpan[] {
  const ended: ReadableSpan[] = [];
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  // The SDK's own processors leave timers behind.
  const keep = {
    onStart() {},
    onEnd: (span: ReadableSpan) => void ended.push(span),
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [keep] }));
  return ended;
}

let ended: ReadableSpan[] = [];

async function look(): Promise<Seen> {
  await new Promise((resolve) => setTimeout(resolve, 1));
  const active = trace.getActiveSpan()?.spanContext();
  const child = tracer.startSpan("child");
  child.end();
  const { parentSpanContext } = child as unknown as { parentSpanContext?: { spanId: string } };
  return {
    spanId: active?.spanId,
    traceId: active?.traceId,
    parentId: parentSpanContext?.spanId,
    childTraceId: child.spanContext().traceId,
    baggage: propagation.getActiveBaggage()?.getEntry("user")?.value,
  };
}

export const { seen, fails, setUp, exported } = defineTasks(import.meta.url, {
  seen: look,
  /** Fails in its first attempts. */
  async fails(attempts: number): Promise<Seen> {
    const { attempt } = currentTask();
    const seen = await look();
    if (attempt <= attempts) throw new RangeError(`Attempt ${attempt}`);
    return seen;
  },
  /** Sets up a worker. */
  setUp(withTracer: boolean) {
    ended = register();
    instrumentWorker(withTracer ? { tracer } : {});
  },
  /** The names of the spans that have ended in this worker. */
  exported: () => ended.map(({ name }) => name),
});
