/*
 * As much of OpenTelemetry's API as is used: its own objects fit, so that nothing of it has to be imported.
 */

/**
 * Values of attributes, by name.
 *
 * @example
 * ```ts
 * import type { Attributes } from "@trilane/trilane/otel";
 *
 * const attributes: Attributes = { "app.tenant": "acme", "app.retry": false };
 * console.log(attributes["app.tenant"]); // acme
 * ```
 */
export type Attributes = Record<string, string | number | boolean>;

/**
 * What names a span to others.
 *
 * @example
 * ```ts
 * import type { SpanContext } from "@trilane/trilane/otel";
 *
 * const isSampled = ({ traceFlags }: SpanContext) => (traceFlags & 1) === 1;
 * console.log(isSampled({ traceId: "0".repeat(32), spanId: "0".repeat(16), traceFlags: 1 })); // true
 * ```
 */
export interface SpanContext {
  /** The trace that it is of, 32 hexadecimal digits. */
  readonly traceId: string;
  /** Its own name, 16 hexadecimal digits. */
  readonly spanId: string;
  /** 1 if the trace is sampled. */
  readonly traceFlags: number;
}

/**
 * A span of a trace.
 *
 * @example
 * ```ts
 * import type { Span } from "@trilane/trilane/otel";
 *
 * const fail = (span: Span, message: string) => span.setStatus({ code: 2, message });
 * console.log(fail.name); // fail
 * ```
 */
export interface Span {
  /** What names it to others. */
  spanContext(): SpanContext;
  /** Adds attributes. */
  setAttributes(attributes: Attributes): unknown;
  /** Says how it went; 2 is an error. */
  setStatus(status: { code: number; message?: string }): unknown;
  /** Adds an error. */
  recordException(error: Error | string): void;
  /** Ends it. */
  end(): void;
}

/**
 * Values that go with a program, such as the span that it is in.
 *
 * @example
 * ```ts
 * import type { Context } from "@trilane/trilane/otel";
 *
 * const TENANT = Symbol("tenant");
 * const ofTenant = (context: Context, name: string) => context.setValue(TENANT, name);
 * console.log(ofTenant.name); // ofTenant
 * ```
 */
export interface Context {
  /** The value under a key. */
  getValue(key: symbol): unknown;
  /** A context with another value under a key. */
  setValue(key: symbol, value: unknown): Context;
  /** A context without a value under a key. */
  deleteValue(key: symbol): Context;
}

/**
 * A `Tracer` of `@opentelemetry/api`: what starts spans.
 *
 * @example
 * ```ts
 * import type { Tracer } from "@trilane/trilane/otel";
 *
 * const startImport = (tracer: Tracer) => tracer.startSpan("import", { attributes: { rows: 3 } });
 * console.log(startImport.name); // startImport
 * ```
 */
export interface Tracer {
  /** Starts a span, in the context that the program is in or in the one given. */
  startSpan(name: string, options?: { attributes?: Attributes }, context?: Context): Span;
  /** Starts a span and calls a function in it. */
  startActiveSpan<F extends (span: Span) => unknown>(
    name: string,
    options: { attributes?: Attributes },
    context: Context,
    fn: F,
  ): ReturnType<F>;
}

/**
 * What an instrument of a meter is called, and what it measures.
 *
 * @example
 * ```ts
 * import type { MetricOptions } from "@trilane/trilane/otel";
 *
 * const durations: MetricOptions = { unit: "s", advice: { explicitBucketBoundaries: [0.01, 0.1, 1] } };
 * console.log(durations.unit); // s
 * ```
 */
export interface MetricOptions {
  /** What it measures. */
  description?: string;
  /** The unit, by UCUM: `"s"`, `"{task}"`. */
  unit?: string;
  /** The bounds of a distribution. */
  advice?: { explicitBucketBoundaries?: number[] };
}

/**
 * What an observable instrument asks for.
 *
 * @example
 * ```ts
 * import type { Observe } from "@trilane/trilane/otel";
 *
 * const observe: Observe = (result) => result.observe(3, { kind: "waiting" });
 * observe({ observe: (value) => console.log(value) }); // 3
 * ```
 */
export type Observe = (result: { observe(value: number, attributes?: Attributes): void }) => void;

/**
 * A `Meter` of `@opentelemetry/api`: what makes instruments.
 *
 * @example
 * ```ts
 * import type { Meter } from "@trilane/trilane/otel";
 *
 * const counter = (meter: Meter) => meter.createCounter("app.imports", { unit: "{import}" });
 * console.log(counter.name); // counter
 * ```
 */
export interface Meter {
  /** Makes an instrument that counts. */
  createCounter(name: string, options?: MetricOptions): {
    add(value: number, attributes?: Attributes): void;
  };
  /** Makes an instrument that keeps a distribution. */
  createHistogram(name: string, options?: MetricOptions): {
    record(value: number, attributes?: Attributes): void;
  };
  /** Makes an instrument that asks for its value. */
  createObservableGauge(name: string, options?: MetricOptions): {
    addCallback(observe: Observe): void;
    removeCallback(observe: Observe): void;
  };
}
