import type { Context, Span, SpanContext, Tracer } from "./types.ts";

/*
 * The API keeps what copies of it share under registered symbols, and other implementations, such as Deno's own, rely on them.
 */
/** Where a context has its span. */
const SPAN = Symbol.for("OpenTelemetry Context Key SPAN");
/** Where a context says that no span is to be recorded in it. */
const SUPPRESSED = Symbol.for("OpenTelemetry SDK Context Key SUPPRESS_TRACING");
/** Where the API has what the program has registered. */
const API = Symbol.for("opentelemetry.js.api.1");

/** The API's global, as far as it is looked at. */
interface Registered {
  readonly context?: { active?(): Context };
}

/** A context of values alone. */
class Values implements Context {
  readonly #values: ReadonlyMap<symbol, unknown>;

  constructor(values: ReadonlyMap<symbol, unknown> = new Map()) {
    this.#values = values;
  }

  getValue(key: symbol): unknown {
    return this.#values.get(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return new Values(new Map(this.#values).set(key, value));
  }

  deleteValue(key: symbol): Context {
    return new Values(new Map([...this.#values].filter(([other]) => other !== key)));
  }
}

/**
 * A context in which starting a span leads into another context, and records nothing. So a tracer, the one object that all are sure
 * to have, can make any context the active one.
 */
class Door implements Context {
  readonly #inside: Context;

  constructor(inside: Context) {
    this.#inside = inside;
  }

  getValue(key: symbol): unknown {
    return key === SUPPRESSED || this.#inside.getValue(key);
  }

  setValue(): Context {
    return this.#inside;
  }

  deleteValue(): Context {
    return this.#inside;
  }
}

/** The context that the program is in, with a span made the current one: what else goes with the program, such as baggage, stays. */
export function contextWith(span: Span): Context {
  const api = (globalThis as unknown as Record<symbol, Registered | undefined>)[API];
  return (api?.context?.active?.() ?? new Values()).setValue(SPAN, span);
}

/** Calls a function in a span. */
export function callIn<T>(span: Span, tracer: Tracer, call: () => T): T {
  return tracer.startActiveSpan("", {}, new Door(contextWith(span)), call);
}

/** A span of another thread or process, which can be a parent and no more. */
class RemoteSpan implements Span {
  readonly #context: SpanContext;

  constructor(context: SpanContext) {
    this.#context = context;
  }

  spanContext(): SpanContext {
    return this.#context;
  }

  isRecording(): boolean {
    return false;
  }

  setAttribute(): this {
    return this;
  }

  setAttributes(): this {
    return this;
  }

  addEvent(): this {
    return this;
  }

  addLink(): this {
    return this;
  }

  addLinks(): this {
    return this;
  }

  setStatus(): this {
    return this;
  }

  updateName(): this {
    return this;
  }

  recordException(): void {}

  end(): void {}
}

/** Names a span as W3C's `traceparent` does. */
export function traceparentOf(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`;
}

/** The span that a `traceparent` names. */
export function remoteSpan(traceparent: string): Span {
  const [, traceId = "", spanId = "", flags = "0"] = traceparent.split("-");
  const context = { traceId, spanId, traceFlags: parseInt(flags, 16), isRemote: true };
  return new RemoteSpan(context);
}
