/**
 * What the holder of a shared queue's port does, the same wherever it is.
 *
 * @module
 */
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertNotEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import type { PlainRemoteHandle, RemoteHandle, RemoteQueue } from "../../../mod.ts";
// Each worker loads this: not all of the library with it.
import {
  ExecutionError,
  NotPortableError,
  QueueClosedError,
  QueueFullError,
  QueueStateError,
  TaskCancelledError,
  TaskTimeoutError,
} from "../../../src/base/errors.ts";
import { transfer } from "../../../src/portable/transfer.ts";
import { assertError, CountingController, eventually } from "../../conformance/support.ts";
import { common, own } from "./portable.ts";

/** A handle as it can be awaited. */
function awaitable<T>(handle: PlainRemoteHandle<T>): RemoteHandle<T> {
  return handle as RemoteHandle<T>;
}

/** What a promise rejects with. */
function failure(promise: PromiseLike<unknown>): Promise<unknown> {
  return Promise.resolve(promise)
    .then((value) => assert(false, `resolved to ${value}`), (error) => error);
}

export async function submits(remote: RemoteQueue): Promise<void> {
  const metadata = { of: "the caller" };
  const before = performance.now();
  const handle = await remote.submit(common.add, [1, 2], { priority: 1, metadata });
  const after = performance.now();
  assert("then" in handle);
  assertEquals(await handle.value(), 3);
  const result = await awaitable(handle);
  assertStrictEquals(result, handle.result());
  assert(Object.isFrozen(result));
  assert(result.status === "succeeded");
  assertEquals(result.value, 3);
  assertEquals(result.id, handle.id);
  assertStrictEquals(result.metadata, metadata);
  assertStrictEquals(handle.metadata, metadata);
  const { name, priority, status, done, cancelled, attempts, mustComplete, detached } = handle;
  assertEquals(
    { name, priority, status, done, cancelled, attempts, mustComplete, detached },
    {
      ...{ name: "add", priority: 1, status: "succeeded", done: true, cancelled: false },
      ...{ attempts: 1, mustComplete: false, detached: false },
    },
  );
  assertEquals(handle.error(), undefined);
  for (const time of [handle.createdAt, result.createdAt, result.startedAt!, result.finishedAt]) {
    assert(
      time >= before - 100 && time <= performance.now() + 100,
      `${time} in ${before}-${after}`,
    );
  }
  assert(result.startedAt! >= result.createdAt && result.finishedAt >= result.startedAt!);
  const nothing = await remote.submit(common.nothing, { name: "named", groupId: "mine" });
  assertEquals(await nothing.value(), undefined);
  assertEquals([nothing.name, nothing.groupId], ["named", "mine"]);
  const plain = await remote.submit(common.nothing);
  assertEquals(plain.name, "nothing");
  await plain.wait();
  const seen: unknown[] = [];
  plain.onDone((done) => seen.push(done));
  assertEquals(seen, [plain]);
}

export async function maps(remote: RemoteQueue): Promise<void> {
  const handles = await remote.map(common.add, [[1, 2], [3, 4]]);
  assertEquals(await Promise.all(handles.map((handle) => handle.value())), [3, 7]);
  const results = await Promise.all(handles);
  assertEquals(results.map(({ status }) => status), ["succeeded", "succeeded"]);
  assertEquals(await remote.map(common.positive, []), []);
  for (const [wrong, Class] of [[3, TypeError], [() => 1, NotPortableError]] as const) {
    assertInstanceOf(await failure(remote.map(wrong as never, [])), Class);
    assertInstanceOf(await failure(remote.group(wrong as never, [])), Class);
  }
}

export async function groups(remote: RemoteQueue): Promise<void> {
  const group = await remote.group(common.positive, [3, 1, 2]);
  assertEquals(group.length, 3);
  assertEquals([...group], group.handles);
  assertEquals(await group.values(), [3, 1, 2]);
  const summary = await group.wait();
  assertEquals([summary.total, summary.succeeded, summary.ok], [3, 3, true]);
  assertEquals(summary.results.length, 3);
  for (const { groupId } of group) assertEquals(groupId, group.groupId);
  const mixed = await remote.group([[common.add, 1, 2], [common.echo, "x"], [common.add, 3, 4]], {
    groupId: "mixed",
  });
  assertEquals(mixed.groupId, "mixed");
  assertEquals(await mixed.values(), [3, "x", 7]);
  assertNotEquals((await remote.group(common.positive, [1])).groupId, group.groupId);
  const bad = await remote.group(common.positive, [1, -1, -2]);
  const error = await failure(bad.values());
  assertInstanceOf(error, ExecutionError);
  assertEquals(error.results.length, 2);
  assertEquals((await bad.wait()).failed, 2);
  const empty = await remote.group(common.positive, []);
  assertEquals(await empty.values(), []);
}

export async function fails(remote: RemoteQueue): Promise<void> {
  const handle = await remote.submit(own.odd);
  const error = await failure(handle.value()) as RangeError & Record<string, unknown>;
  assertInstanceOf(error, RangeError);
  assertEquals([error.name, error.message, error.code], ["OddError", "odd", "E_ODD"]);
  assertEquals(error.details, { tries: [1, 2] });
  assertInstanceOf(error.cause, TypeError);
  assertEquals([error.cause.message, error.cause.cause], ["deep", "deepest"]);
  assert(error.stack!.includes("tasks.ts"), error.stack);
  assert(error.stack!.includes(handle.id), error.stack);
  const result = handle.result();
  assert(result.status === "failed");
  assertStrictEquals(result.error, error);
  assertStrictEquals(handle.error(), error);
  assertEquals(result.message, "odd");
  const missing = await remote.submit(
    (own as unknown as { missing: typeof own.self }).missing,
  );
  assertError(await failure(missing.value()), NotPortableError, "missing");
  const gone = await remote.submit(common.throwValue, [{ any: "value" }]);
  assertEquals(await failure(gone.value()), { any: "value" });
}

export async function refuses(remote: RemoteQueue): Promise<void> {
  const before = await remote.stats();
  const submit = remote.submit.bind(remote) as (...args: unknown[]) => Promise<unknown>;
  const cases: [() => Promise<unknown>, new (message?: string) => Error, ...string[]][] = [
    [() => submit(7), TypeError, "7"],
    [() => submit(Promise.resolve()), TypeError, "already started"],
    [() => submit(() => 1), NotPortableError, "defineTasks", "importTasks", "inlineTask"],
    [() => submit(common.add, 7), TypeError, "array", "7"],
    [() => submit(common.add, [], { retry: 1 }), TypeError, "'retries'"],
    [() => submit(common.add, [], { retries: -1 }), RangeError, "retries", "-1"],
    [() => submit(common.add, [], { retryIf: 1 }), TypeError, "retryIf"],
    [() => submit(common.add, [], { retryIf: () => true }), NotPortableError, "retryIf"],
    [() => submit(common.add, [], { metadata: () => 1 }), NotPortableError, "metadata"],
    [() => submit(common.add, [1, () => 2]), NotPortableError, "Argument 2", "'add'"],
    [() => submit(common.add, [1, Promise.resolve()]), NotPortableError, "Argument 2", "'add'"],
    [
      () => remote.map(common.add, [[1, 2], [Symbol() as never, 2]]),
      NotPortableError,
      "Argument 1",
    ],
    [() => remote.map(common.positive, 7 as never), TypeError, "iterate", "7"],
    [() => remote.group([7] as never), TypeError, "7"],
    [() => remote.group([[() => 1]] as never), NotPortableError, "defineTasks"],
  ];
  for (const [call, expected, ...texts] of cases) {
    assertError(await failure(call()), expected, ...texts);
  }
  assertEquals(await remote.stats(), before);
}

export async function keepsOrder(remote: RemoteQueue, log: string): Promise<void> {
  const lines = Array.from({ length: 30 }, (_, i) => `${i}`);
  const handles = await Promise.all(
    lines.map(async (line) => {
      // From modules of different kinds, loaded or not.
      if (Number(line) % 3 === 0) return { handle: await remote.submit(own.self) };
      return { handle: await remote.submit(common.note, [log, line]) };
    }),
  );
  await Promise.all(handles.map(({ handle }) => handle.value()));
  const orders = handles.map(({ handle }) => Number(handle.id.split("-").at(-1)));
  assertEquals(orders, orders.toSorted((a, b) => a - b));
}

/** For a queue of size 2 with nothing in it. */
export async function fillsUp(remote: RemoteQueue, gate: string): Promise<void> {
  const error = await failure(remote.map(common.positive, [1, 2, 3]));
  assertError(error, QueueFullError, "3 tasks", "2");
  assertError(await failure(remote.group(common.positive, [1, 2, 3])), QueueFullError);
  const held = await remote.map(common.gate, [[gate, 1], [gate, 2]]);
  assertError(await failure(remote.submit(common.nothing)), QueueFullError, "a task");
  const { pending, active } = await remote.stats();
  assertEquals(pending + active, 2);
  assertEquals(await held[0]!.cancel(), true);
  const next = await remote.submit(common.nothing);
  await held[1]!.cancel();
  await next.wait();
}

/** For a queue with one worker. */
export async function cancelsTasks(remote: RemoteQueue, gate: string): Promise<void> {
  const running = await remote.submit(common.gate, [gate, 1], { name: "running" });
  const queued = await remote.submit(common.gate, [gate, 2], { name: "queued" });
  await eventually(() => running.status === "running", "it runs");
  await eventually(() => running.progress === 1, "it has reported");
  assertEquals([running.attempts, running.done], [1, false]);
  assertEquals([queued.status, queued.done], ["pending", false]);
  assertThrows(() => queued.result(), QueueStateError, "pending");
  assertThrows(() => queued.error(), QueueStateError, "pending");
  await assertRejects(() => queued.wait({ timeout: 0 }), TaskTimeoutError, "queued");
  const why = new RangeError("not needed", { cause: "why" });
  assertEquals(await queued.cancel(why), true);
  assertEquals(queued.status, "cancelled");
  const result = queued.result();
  assert(result.status === "cancelled" && queued.cancelled && queued.done);
  assertInstanceOf(result.reason, RangeError);
  assertEquals([result.reason.message, result.reason.cause], ["not needed", "why"]);
  assertEquals(result.attempts, 0);
  const error = await failure(queued.value());
  assertInstanceOf(error, TaskCancelledError);
  assertInstanceOf(error.cause, RangeError);
  assertEquals(await running.cancel(), true);
  assertEquals(running.status, "cancelled");
  assertInstanceOf((running.result() as { reason: unknown }).reason, TaskCancelledError);
  assertEquals([await running.cancel(), await queued.cancel()], [false, false]);
  // A reason that can't be sent must not stand in the way.
  const last = await remote.submit(common.gate, [gate, 3]);
  assertEquals(await last.cancel(() => 1), true);
  const group = await remote.group(common.gate, [[gate, 4], [gate, 5]]);
  assertEquals(await group.cancel("all"), 2);
  assertEquals((await group.wait()).cancelled, 2);
  assertEquals(await group.cancel(), 0);
}

/** For a queue with one worker. */
export async function followsSignals(remote: RemoteQueue, gate: string): Promise<void> {
  const controller = new CountingController();
  const { signal } = controller;
  const group = await remote.group(common.gate, [[gate, 1], [gate, 2]], { signal });
  const other = await remote.submit(common.gate, [gate, 3], { signal });
  assertEquals([controller.added, controller.listeners], [1, 1]);
  await eventually(() => group.handles[0]!.status === "running", "it runs");
  assertEquals(await other.cancel(), true);
  assertEquals(controller.listeners, 1);
  controller.abort(new RangeError("enough"));
  for (const result of await Promise.all(group.handles)) {
    assert(result.status === "cancelled");
    assertInstanceOf(result.reason, RangeError);
    assertEquals(result.reason.message, "enough");
  }
  assertEquals(controller.listeners, 0);
  const late = await remote.submit(common.note, [`${gate}.log`, "ran"], { signal });
  assertEquals((await late.wait()).status, "cancelled");
  const fresh = new CountingController();
  const kept = await remote.submit(common.add, [1, 2], { signal: fresh.signal });
  assertEquals(await kept.value(), 3);
  assertEquals(fresh.listeners, 0);
  await assertRejects(
    () => remote.submit(common.add, [1, () => 2] as never, { signal: fresh.signal }),
    NotPortableError,
  );
  assertEquals(fresh.listeners, 0);
  const admission = remote.submit(common.gate, [gate, 4], { signal: fresh.signal });
  fresh.abort("at once");
  assertEquals((await (await admission).wait()).status, "cancelled");
}

export async function retries(remote: RemoteQueue): Promise<void> {
  const handle = await remote.submit(common.failUntil, [3], { retries: 3 });
  assertEquals(await handle.value(), 3);
  assertEquals([handle.attempts, handle.result().attempts], [3, 3]);
  const later = await remote.submit(common.nothing, { delay: 60_000, timeout: 100, grace: 10 });
  assertEquals(later.status, "scheduled");
  assert(later.scheduledFor! > performance.now() + 30_000);
  await later.cancel();
}

export async function knowsItself(remote: RemoteQueue): Promise<void> {
  const first = await remote.submit(own.self, { name: "me" });
  assertEquals(await first.value(), { id: first.id, name: "me", attempt: 1 });
  const second = await remote.submit(own.self);
  assertEquals(await second.value(), { id: second.id, name: "self", attempt: 1 });
}

export async function exchanges(remote: RemoteQueue): Promise<void> {
  const values = [new Map([[1, new Set(["x"])]]), new Date(0), 7n, undefined, null, { a: [1] }];
  const handles = await Promise.all(
    values.map(async (value) => ({ handle: await remote.submit(common.echo, [value]) })),
  );
  assertEquals(await Promise.all(handles.map(({ handle }) => handle.value())), values);
  const error = await (await remote.submit(common.echo, [new RangeError("as a value")])).value();
  assertInstanceOf(error, RangeError);
  const numbers = new Uint8Array([1, 2, 3]);
  const sum = await remote.submit(own.sum, [transfer(numbers, [numbers.buffer])]);
  assertEquals(numbers.length, 0);
  assertEquals(await sum.value(), 6);
  const view = new Uint8Array(1000).subarray(10, 12);
  const echoed = await (await remote.submit(common.echo, [view])).value() as Uint8Array;
  assertEquals(echoed.buffer.byteLength, 2);
  const { port1, port2 } = new MessageChannel();
  const message = new Promise((resolve) => port1.onmessage = ({ data }) => resolve(data));
  const answer = await remote.submit(own.answer, [transfer(port2, [port2]), "hello"]);
  assertEquals(await message, "hello");
  port1.close();
  await answer.value();
}

export async function losesNothing(remote: RemoteQueue): Promise<void> {
  // In one turn on the owner's side, so that they share a message.
  const [before, bad, odd, after] = await Promise.all([
    remote.group(common.echo, ["before"]),
    remote.group(own.closure, [[]]),
    remote.group(own.odder, [[]]),
    remote.group(common.echo, ["after"]),
  ]);
  assertEquals(await before.values(), ["before"]);
  assertEquals(await after.values(), ["after"]);
  assertEquals(await odd.values(), ["done"]);
  const result = await bad.handles[0]!;
  assert(result.status === "failed");
  assertInstanceOf(result.error, NotPortableError);
  assertStringIncludes(result.error.message, "The return value of task 'closure' cannot be sent");
}

export async function cancelsQueue(
  remote: RemoteQueue,
  gate: string,
  count: number,
): Promise<void> {
  const running = await remote.submit(common.gate, [gate, 1], { mustComplete: true });
  const queued = await remote.map(common.gate, [[gate, 2], [gate, 3]]);
  await eventually(() => running.status === "running", "it runs");
  const [, again] = await Promise.all([remote.cancel(), remote.cancel()]);
  assertEquals(again, undefined);
  for (const handle of [running, ...queued]) assertEquals(handle.status, "cancelled");
  const { closed, cancelled, pending, active } = await remote.stats();
  assertEquals({ closed, cancelled, pending, active }, {
    ...{ closed: true, cancelled: count, pending: 0, active: 0 },
  });
  await remote.cancel();
  assert(remote.closed);
  assertError(await failure(remote.submit(common.nothing)), QueueClosedError, "shut down");
}

/** Submits and closes without waiting for anything. */
export async function closesEarly(remote: RemoteQueue, log: string): Promise<void> {
  const before = await remote.submit(common.gate, [`${log}.gate`, 1]);
  const waiting = [before.wait(), before.value(), before.wait({ timeout: 60_000 })].map(failure);
  const group = await remote.group(common.gate, [[`${log}.gate`, 2]]);
  waiting.push(failure(group.wait()), failure(group.values()));
  const asked = [
    failure(remote.submit(common.note, [log, "submitted"])),
    failure(remote.map(common.note, [[log, "mapped"], [log, "mapped"]])),
    failure(remote.stats()),
  ];
  remote.close();
  remote.close();
  assert(remote.closed);
  for (const error of await Promise.all(asked)) assertError(error, QueueClosedError, "closed here");
  for (const error of await Promise.all(waiting)) {
    assertError(error, QueueStateError, "closed here");
  }
  assertFalse(before.done);
  assertError(await failure(before.wait()), QueueStateError);
  assertError(await failure(before.cancel()), QueueStateError);
  assertError(await failure(remote.submit(common.nothing)), QueueClosedError, "submit a task");
  assertError(await failure(remote.cancel()), QueueClosedError, "cancel the queue");
  assertError(await failure(remote.stats()), QueueClosedError, "statistics");
}

/** Submits, and is done with it. */
export async function submitsGates(
  remote: RemoteQueue,
  gate: string,
  count: number,
): Promise<string[]> {
  const calls = Array.from({ length: count }, (_, i) => [gate, i] as [string, number]);
  const controller = new AbortController();
  const handles = await remote.map(common.gate, calls, { signal: controller.signal });
  return handles.map(({ id }) => id);
}

/** Waits for what the queue's closing brings. */
export async function outlivesQueue(remote: RemoteQueue, gate: string): Promise<void> {
  const handle = await remote.submit(common.gate, [gate, "late"]);
  await eventually(() => handle.progress === 1, "it runs");
  assertEquals(await handle.value(), "late");
  await eventually(() => remote.closed, "the queue has closed");
  assertEquals((await remote.stats()).closed, true);
  assertError(await failure(remote.submit(common.nothing)), QueueClosedError);
}

/** For the queue whose task this is. */
export async function cancelsSelf(remote: RemoteQueue): Promise<void> {
  await remote.cancel();
  await new Promise(() => {});
}

/** For a queue with one worker. The file exists. */
export async function seesSteps(remote: RemoteQueue, file: string): Promise<void> {
  const retrying = await remote.submit(common.fail, ["once"], { retries: 1, retryDelay: 60_000 });
  await eventually(() => retrying.status === "retrying", "it is to be retried");
  assertEquals(retrying.attempts, 1);
  const running = await remote.submit(own.quiet, [file]);
  await eventually(() => running.status === "running", "it runs");
  const due = await remote.submit(common.nothing, { delay: 1 });
  assertEquals(due.status, "scheduled");
  await eventually(() => due.status === "pending", "it is due");
  for (const handle of [due, running, retrying]) assertEquals(await handle.cancel(), true);
}
