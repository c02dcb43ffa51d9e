import { assert, assertEquals, assertThrows } from "@std/assert";
import { context, propagation, type Span } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import {
  AsyncQueue,
  ProcessQueue,
  QueueStateError,
  type TaskQueue,
  ThreadQueue,
} from "../../../mod.ts";
import { instrument, type Tracer } from "../../../src/otel/mod.ts";
import { VirtualClock } from "../../../src/testing/virtual_clock.ts";
import { reported } from "../../conformance/support.ts";
import { test } from "../../harness.ts";
import { exported, fails, register, type Seen, seen, setUp, tracer } from "./tasks.ts";

const ended = register();

/** The spans of a name that have ended in this test. */
function spansOf(name: string): ReadableSpan[] {
  return ended.filter((span) => span.name === name);
}

function one(name: string): ReadableSpan {
  const spans = spansOf(name);
  assertEquals(spans.length, 1, `spans of the name '${name}'`);
  return spans[0];
}

/** Runs a body in a span of the caller's, on a queue that is instrumented. */
async function traced<Q extends TaskQueue<never>, T>(
  queue: Q,
  body: (queue: Q, caller: Span) => Promise<T>,
): Promise<T> {
  ended.length = 0;
  const telemetry = instrument(queue, { tracer });
  try {
    return await tracer.startActiveSpan("caller", async (caller) => {
      const value = await body(queue, caller);
      caller.end();
      return value;
    });
  } finally {
    await queue.cancel();
    telemetry[Symbol.dispose]();
  }
}

function assertChild(child: ReadableSpan, parent: ReadableSpan): void {
  assertEquals(child.parentSpanContext?.spanId, parent.spanContext().spanId);
  assertEquals(child.spanContext().traceId, parent.spanContext().traceId);
}

function assertInside(seen: Seen, attempt: ReadableSpan): void {
  const { spanId, traceId } = attempt.spanContext();
  const { spanId: active, traceId: activeTrace, parentId, childTraceId } = seen;
  assertEquals(
    { active, activeTrace, parentId, childTraceId },
    { active: spanId, activeTrace: traceId, parentId: spanId, childTraceId: traceId },
  );
}

const LANES: Record<string, () => TaskQueue> = {
  "AsyncQueue": () => new AsyncQueue(),
  "AsyncQueue without async context": () => new AsyncQueue({ asyncContext: false }),
  "ThreadQueue": () =>
    new ThreadQueue({ workers: 1, initializer: setUp, initArgs: [true] }) as unknown as TaskQueue,
  "ProcessQueue": () =>
    new ProcessQueue({ workers: 1, initializer: setUp, initArgs: [true] }) as unknown as TaskQueue,
};

for (const [lane, make] of Object.entries(LANES)) {
  const runsHere = lane.startsWith("AsyncQueue");

  test(`otel, ${lane}: a task's span is below the caller's, the attempt's below that, and the task's code below the attempt`, () =>
    traced(make(), async (queue) => {
      const handle = queue.submit(seen, { name: "look", groupId: "g" });
      const value = await handle.value();
      const [task, attempt] = [one("look"), one("look attempt")];
      const caller = task.parentSpanContext!.spanId;
      assertEquals(caller.length, 16);
      assertChild(attempt, task);
      assertInside(value, attempt);
      assertEquals(task.attributes, {
        ...{ "trilane.task.id": handle.id, "trilane.task.priority": 3, "trilane.task.group": "g" },
        ...{
          "trilane.task.status": "succeeded",
          "trilane.task.attempts": 1,
          "trilane.worker.id": 1,
        },
      });
      assertEquals(attempt.attributes, {
        ...{ "trilane.task.id": handle.id, "trilane.task.attempt": 1 },
      });
      assertEquals([task.status.code, attempt.status.code], [0, 0]);
      if (!runsHere) assertEquals(await queue.submit(exported).value(), ["child"]);
    }).then(() => assertChild(one("look"), one("caller"))));

  test(`otel, ${lane}: each attempt has a span of its own, with its error`, () =>
    traced(make(), async (queue) => {
      const value = await queue.submit(fails, [2], { name: "retried", retries: 2 }).value();
      const attempts = spansOf("retried attempt");
      assertEquals(attempts.map(({ attributes }) => attributes["trilane.task.attempt"]), [1, 2, 3]);
      assertEquals(attempts.map(({ status }) => [status.code, status.message]), [
        ...[[2, "Attempt 1"], [2, "Attempt 2"], [0, undefined]],
      ]);
      assertEquals(attempts[0].attributes["error.type"], "RangeError");
      assertEquals(
        attempts[0].events.map(({ name, attributes }) => [
          ...[name, attributes!["exception.message"], attributes!["exception.type"]],
        ]),
        [["exception", "Attempt 1", "RangeError"]],
      );
      const task = one("retried");
      for (const attempt of attempts) assertChild(attempt, task);
      assertInside(value, attempts[2]);
      assertEquals(task.status.code, 0);
      await queue.submit(fails, [1], { name: "failed" });
      assertEquals([one("failed"), one("failed attempt")].map(({ status }) => status.code), [2, 2]);
      assertEquals(one("failed").attributes["trilane.task.status"], "failed");
    }));

  test(`otel, ${lane}: the traces of callers don't mix`, () =>
    traced(make(), async (queue) => {
      const callers = Array.from({ length: 10 }, (_, i) => i);
      const values = await Promise.all(callers.map((i) =>
        tracer.startActiveSpan(`caller ${i}`, { root: true }, async (caller) => {
          const { traceId } = caller.spanContext();
          const value = await queue.submit(fails, [i % 2], { retries: 1 }).value();
          return [traceId, value.traceId, value.childTraceId];
        })
      ));
      for (const [caller, ...found] of values) {
        assertEquals(found, [caller, caller]);
      }
    }));
}

test("otel: baggage stays with tasks on the event loop", () =>
  traced(new AsyncQueue(), async (queue) => {
    const baggage = propagation.createBaggage({ user: { value: "ann" } });
    const handle = context.with(
      propagation.setBaggage(context.active(), baggage),
      () => queue.submit(seen, { delay: 1 }),
    );
    assertEquals((await handle.value()).baggage, "ann");
  }));

test("otel: without a context manager attempts are below their task all the same", async () => {
  context.disable();
  try {
    await traced(new AsyncQueue(), async (queue) => {
      const value = await queue.submit(seen, { name: "alone" }).value();
      assertEquals(value.spanId, undefined);
    });
  } finally {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  }
  assertChild(one("alone attempt"), one("alone"));
});

test("otel: streamed, grouped and late tasks are below the span of their call", () =>
  traced(new AsyncQueue({ workers: 1, size: 1 }), async (queue, caller) => {
    await queue.start();
    const blocker = queue.submit(() => new Promise(() => {}));
    const late = queue.submitWhenReady(seen, { name: "late" });
    const stream = queue.stream(seen, [[], []], { name: "streamed" });
    await tracer.startActiveSpan("other", { root: true }, async () => {
      blocker.cancel();
      await late.then((handle) => handle.value());
      for await (const _ of stream);
    });
    const spans = [...spansOf("late"), ...spansOf("streamed")];
    assertEquals(spans.length, 3);
    for (const { parentSpanContext } of spans) {
      assertEquals(parentSpanContext?.spanId, caller.spanContext().spanId);
    }
  }));

test("otel: tasks that are cancelled, time out or never start have their spans end", async () => {
  const clock = new VirtualClock();
  await traced(new AsyncQueue({ clock, workers: 1 }), async (queue) => {
    await queue.start();
    const slow = queue.submit(() => new Promise(() => {}), { name: "slow", timeout: 10 });
    queue.submit(() => {}, { name: "never", delay: 1000 }).cancel();
    await clock.advance(10);
    await slow;
    queue.submit(() => new Promise(() => {}), { name: "left" });
    await clock.advance(0);
  });
  assertEquals(one("slow attempt").attributes["error.type"], "TimeoutError");
  assertEquals(one("slow").status.code, 2);
  assertEquals([one("never").status.code, spansOf("never attempt").length], [0, 0]);
  assertEquals(one("never").attributes["trilane.task.status"], "cancelled");
  assertEquals(one("left attempt").attributes["trilane.task.attempt"], 1);
});

test("otel: a worker without a tracer joins no trace, and a task costs no span there", () =>
  traced(new ThreadQueue({ workers: 1, initializer: setUp, initArgs: [false] }), async (queue) => {
    const value = await queue.submit(seen).value();
    assertEquals([value.spanId, value.parentId], [undefined, undefined]);
  }));

test("otel: what is disposed of leaves off, and ends the spans of what goes on", async () => {
  ended.length = 0;
  const queue = new AsyncQueue();
  const telemetry = instrument(queue, { tracer });
  assertThrows(() => instrument(queue, { tracer }), QueueStateError, "has a tracer already");
  const gate = Promise.withResolvers<void>();
  const handle = queue.submit(() => gate.promise, { name: "open" });
  await queue.start();
  await Promise.resolve();
  telemetry[Symbol.dispose]();
  telemetry[Symbol.dispose]();
  assertEquals([spansOf("open").length, spansOf("open attempt").length], [1, 1]);
  gate.resolve();
  await handle;
  await queue.submit(() => {}, { name: "later" });
  assertEquals(spansOf("later"), []);
  using _again = instrument(queue, { tracer });
  await queue.submit(() => {}, { name: "again" });
  assert(one("again") !== undefined);
  await queue.shutdown();
});

test("otel: a tracer that throws harms no task", async () => {
  const queue = new AsyncQueue();
  const broken = {
    startSpan() {
      throw new Error("no span");
    },
    startActiveSpan() {
      throw new Error("no active span");
    },
  } as Tracer;
  instrument(queue, { tracer: broken });
  const errors = await reported(async () => {
    assertEquals(await queue.submit(() => 1).value(), 1);
    await queue.shutdown();
  });
  assertEquals(errors.map((error) => (error as Error).message), ["no span"]);
});

test("otel: what is no queue, tracer or meter is refused", () => {
  const queue = new AsyncQueue();
  assertThrows(() => instrument({}, { tracer }), TypeError, "a queue of this thread");
  assertThrows(
    () => instrument(queue, { tracer: {} as Tracer }),
    TypeError,
    "tracer must be a Tracer",
  );
  assertThrows(() => instrument(queue, { traces: tracer } as object), TypeError, "traces");
});
