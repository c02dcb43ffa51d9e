import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { attachQueue, defineTasks, inlineTask, NotPortableError } from "../../mod.ts";
import { eventually } from "../conformance/support.ts";
import { test } from "../harness.ts";
import { asyncLane, lanes, soundly } from "./support.ts";

function renamed<F extends (...args: never[]) => unknown>(fn: F, name: PropertyDescriptor): F {
  return Object.defineProperty(fn, "name", { configurable: true, ...name });
}

function fail(): never {
  throw new Error("asked");
}

/** Names that a function can be given, and what its task is called. */
const names: readonly [PropertyDescriptor, string][] = [
  [{ value: undefined }, "anonymous"],
  [{ value: "" }, "anonymous"],
  [{ value: 7 }, "anonymous"],
  [{ value: Symbol("odd") }, "anonymous"],
  [{ value: { toString: fail } }, "anonymous"],
  [{ get: fail }, "anonymous"],
  [{ value: "\u001b[2J\n" }, "\u001b[2J\n"],
  [{ value: "__proto__" }, "__proto__"],
];

test("a function's name may be anything, and throw: its task is called anonymous", () =>
  soundly(asyncLane, {}, async (queue) => {
    for (const [descriptor, name] of names) {
      const fn = renamed((n: number) => n + 1, descriptor);
      const handle = queue.submit(fn, [1], { timeout: 10_000 });
      assertEquals([handle.name, await handle.value()], [name, 2]);
      assertEquals(queue.map(fn, [1]).map((handle) => handle.name), [name]);
      assertEquals(await queue.group([[fn, 1]]).values(), [2]);
    }
  }));

for (const lane of lanes.slice(1)) {
  test(`${lane.name}: an inline task's name may be anything, and throw`, () =>
    soundly(lane, { workers: 1 }, async (queue) => {
      for (const [descriptor, name] of names) {
        const task = inlineTask(renamed((n: number) => n + 1, descriptor));
        const handle = queue.submit(task, [1]);
        assertEquals([handle.name, await handle.value()], [name, 2]);
      }
    }));

  test(`${lane.name}: a shared queue takes tasks whose names may be anything`, () =>
    soundly(lane, { workers: 1 }, async (queue) => {
      const port = queue.share();
      const remote = attachQueue(port);
      for (const [descriptor] of names) {
        const task = inlineTask(renamed((n: number) => n + 1, descriptor));
        assertEquals(await (await remote.submit(task, [1])).value(), 2);
      }
      port.close();
    }));

  test(`${lane.name}: frozen functions can be tasks`, () =>
    soundly(lane, { workers: 1 }, async (queue) => {
      const task = inlineTask(Object.freeze((n: number) => n + 1));
      assertEquals(await queue.submit(task, [1]).value(), 2);
      assertEquals(task(1), 2);
      const { frozen } = defineTasks(import.meta.url, { frozen: Object.freeze(() => 1) });
      assertEquals(queue.submit(frozen).cancel(), true);
    }));

  test(`${lane.name}: what throws when it is asked whether it is portable is none, and refused`, () =>
    soundly(lane, { workers: 1 }, (queue) => {
      const { proxy: revoked, revoke } = Proxy.revocable(() => 1, {});
      revoke();
      for (const fn of [revoked, new Proxy(() => 1, { get: fail }), class {}, Math.max]) {
        const error = thrown(() => queue.submit(fn as () => number));
        assert(error instanceof NotPortableError, String(error));
      }
      return Promise.resolve();
    }));

  test(`${lane.name}: a task takes 10,000 arguments`, () =>
    soundly(lane, { workers: 1 }, async (queue) => {
      const args = Array.from({ length: 10_000 }, (_, n) => n);
      assertEquals(await queue.submit(lane.tasks.count, args).value(), 10_000);
    }));
}

function thrown(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}

for (const lane of lanes) {
  test(`${lane.name}: a task whose recursion is too deep fails alone`, () =>
    soundly(lane, { workers: 1 }, async (queue) => {
      const handles = queue.group([[lane.tasks.recurse], [lane.tasks.add, 1, 1]]).handles;
      const [deep, sum] = await Promise.all(handles.map((handle) => handle.wait()));
      assertEquals([deep!.status, sum!.status], ["failed", "succeeded"]);
      assertEquals((handles[0]!.error() as Error).name, "RangeError");
    }));
}

test("functions that no call works on fail their task", () =>
  soundly(asyncLane, {}, async (queue) => {
    const { proxy: revoked, revoke } = Proxy.revocable(() => 1, {});
    revoke();
    const bad = [
      class {},
      revoked,
      new Proxy(() => 1, { apply: fail }),
      new Proxy(() => 1, { get: fail, apply: fail }),
      Promise,
    ];
    for (const fn of bad) {
      const result = await queue.submit(fn as () => unknown, { retries: 1 });
      assertEquals([result.status, result.attempts], ["failed", 2]);
    }
  }));

test("proxies, bound functions, generators and natives are functions like others", () =>
  soundly(asyncLane, {}, async (queue) => {
    async function* generate() {
      yield await Promise.resolve(1);
    }
    assertEquals(await queue.submit(new Proxy((n: number) => n, {}), [1]).value(), 1);
    assertEquals(
      await queue.submit(((a: number, b: number) => a - b).bind(null, 3), [1]).value(),
      2,
    );
    assertEquals(await queue.submit(Math.max, [1, 3, 2]).value(), 3);
    const generator = await queue.submit(generate).value();
    assertEquals(await generator.next(), { value: 1, done: false });
    await generator.return();
  }));

/** Thenables, and how a task ends that returns one: with a value, or failed. */
const thenables: Readonly<Record<string, [() => unknown, unknown]>> = {
  "calls back at once": [() => ({ then: (f: (value: number) => void) => f(1) }), 1],
  "calls back twice": [() => ({
    then(f: (value: number) => void, g: (error: unknown) => void) {
      f(1);
      f(2);
      g(new Error("late"));
    },
  }), 1],
  "calls back, then throws": [() => ({
    then(f: (value: number) => void) {
      f(1);
      fail();
    },
  }), 1],
  "throws": [() => ({ then: fail }), "failed"],
  "has a then that can't be read": [
    () => Object.defineProperty({}, "then", { get: fail }),
    "failed",
  ],
  "gives another one": [() => ({
    then: (f: (value: unknown) => void) => f({ then: (f: (value: number) => void) => f(1) }),
  }), 1],
  "is a function": [
    () => Object.assign(() => {}, { then: (f: (value: number) => void) => f(1) }),
    1,
  ],
  "is a promise that calls back twice": [() =>
    Object.assign(Promise.resolve(), {
      then(f: (value: number) => void) {
        f(1);
        f(2);
      },
    }), 1],
  "is a promise whose then throws": [
    () => Object.defineProperty(Promise.resolve(), "then", { value: fail }),
    "failed",
  ],
  "is a promise whose then can't be read": [
    () => Object.defineProperty(Promise.resolve(), "then", { get: fail }),
    "failed",
  ],
  "is a promise whose constructor can't be read": [
    () => Object.defineProperty(Promise.resolve(), "constructor", { get: fail }),
    "failed",
  ],
  "is a promise whose constructor is none": [
    () => Object.defineProperty(Promise.resolve(), "constructor", { value: null }),
    "failed",
  ],
  "is a promise of a subclass that starts when it is asked": [() => {
    class Lazy extends Promise<number> {
      override then<A, B>(
        f?: ((value: number) => A | PromiseLike<A>) | null,
        g?: ((reason: unknown) => B | PromiseLike<B>) | null,
      ): Promise<A | B> {
        return Promise.resolve(1).then(f, g);
      }
    }
    return new Lazy(() => {});
  }, 1],
};

for (const [kind, [make, expected]] of Object.entries(thenables)) {
  test(`a task may return a thenable that ${kind}`, () =>
    soundly(asyncLane, { workers: 2 }, async (queue) => {
      // Others around it: a slot that is given back twice would be lost or serve two.
      const around = queue.map((n: number) => Promise.resolve(n), [1, 2, 3]);
      const result = await queue.submit(make);
      assertEquals(result.status === "succeeded" ? result.value : result.status, expected);
      assertEquals(await Promise.all(around.map((handle) => handle.value())), [1, 2, 3]);
      assertEquals(queue.activeCount, 0);
    }));
}

test("a task that returns a thenable which never calls back times out, and is abandoned", async () => {
  let end = () => {};
  await soundly(asyncLane, { workers: 1 }, async (queue) => {
    const handle = queue.submit(
      () => ({ then: (f: (value: number) => void) => void (end = () => f(1)) }),
      { timeout: 5 },
    );
    assertEquals((await handle).status, "failed");
    assertEquals(queue.stats.abandoned, 1);
    end();
    end();
    await eventually(() => queue.stats.abandoned === 0, "it counts no more");
  });
});

test("a task gets its arguments as they were at submission, on the event loop", () =>
  soundly(asyncLane, {}, async (queue) => {
    queue.pause();
    const args: [object] = [{}];
    const [first] = args;
    const handle = queue.submit((value: object) => value, args);
    args[0] = { later: true };
    queue.resume();
    assertStrictEquals(await handle.value(), first);
  }));
