import { assert, assertEquals } from "@std/assert";
import { AsyncQueue, type TaskHandle, type TaskOptions } from "../../mod.ts";
import { assertRefused, reported } from "../conformance/support.ts";
import { test } from "../harness.ts";
import { oddities } from "./oddities.ts";
import { asyncLane, lanes, soundly } from "./support.ts";

function fail(): never {
  throw new Error("asked");
}

for (const lane of lanes) {
  const { tasks } = lane;

  test(`${lane.name}: what waits for a task that throws anything at all is cancelled`, async () => {
    const errors = await reported(() =>
      soundly(lane, { workers: 1 }, async (queue) => {
        for (const [kind, make] of Object.entries(oddities)) {
          const sources = [
            queue.submit(tasks.throwOdd, [kind]),
            queue.submit(tasks.add, [1, 1], { delay: 60_000 }),
          ] as TaskHandle[];
          sources[1]!.cancel(make());
          for (const source of sources) {
            const next = queue.submit(tasks.add, [1, 1], { after: [source] });
            const last = queue.submit(tasks.add, [1, 1], { after: [next as TaskHandle] });
            const results = await Promise.all([next, last]);
            assertEquals(results.map(({ status }) => status), ["cancelled", "cancelled"], kind);
          }
        }
      })
    );
    assertEquals(errors, []);
  });

  test(`${lane.name}: options that all objects have are nobody's`, () =>
    soundly(lane, { workers: 1 }, async (queue) => {
      const prototype = Object.prototype as unknown as Record<string, unknown>;
      // Not what the platform itself takes from all objects, such as `signal`.
      const inherited = { delay: 1e9, retries: -5, backoff: -1, after: 7, keys: 7, strict: 7 };
      Object.assign(prototype, inherited);
      try {
        const handles = [
          queue.submit(tasks.add, [1, 1], {}),
          queue.submit(tasks.add, [1, 1], { priority: 1 }),
          queue.submit(tasks.add, [1, 1], { retries: 1 }),
          ...queue.map(tasks.add, [[1, 1]], {}),
        ];
        const results = await Promise.all(handles.map((handle) => handle.wait({})));
        assertEquals(results.map(({ status }) => status), Array(4).fill("succeeded"));
        queue.submit(tasks.fail, ["right"]);
        assertEquals((await queue.run({})).failed, 1);
      } finally {
        for (const name of Object.keys(inherited)) delete prototype[name];
      }
    }));
}

/** What is no list of handles. */
const wrong: readonly unknown[] = [
  ...[7, null, {}, "ab", [7], [null], [{}], [{ wait: 1 }], () => {}],
  { [Symbol.iterator]: fail },
  { [Symbol.iterator]: () => ({ next: fail }) },
  Object.defineProperty([], 0, { get: fail, enumerable: true }),
];

test("what is no list of handles is refused as after, and nothing is submitted", () =>
  soundly(asyncLane, {}, (queue) => {
    for (const after of wrong) {
      const before = queue.stats;
      let error: unknown;
      try {
        queue.submit(() => 1, { after } as unknown as TaskOptions);
      } catch (thrown) {
        error = thrown;
      }
      assert(error instanceof Error, `${wrong.indexOf(after)}`);
      assertEquals(queue.stats, before);
    }
    return Promise.resolve();
  }));

test("whatever has a wait() may be waited for, and whatever it does ends in a result", () =>
  soundly(asyncLane, {}, async (queue) => {
    const waits: [() => unknown, string][] = [
      [fail, "cancelled"],
      [() => undefined, "cancelled"],
      [() => null, "cancelled"],
      [() => Promise.reject(Object.create(null)), "cancelled"],
      [() => ({ status: "succeeded", value: 1 }), "succeeded"],
      [() => Object.defineProperty({}, "status", { get: fail }), "cancelled"],
      [() => ({ then: fail }), "cancelled"],
      [
        () => ({ then: (f: (value: unknown) => void) => (f({ ok: true }), f({ ok: false })) }),
        "succeeded",
      ],
      [() => oddities["a revoked proxy"]!(), "cancelled"],
    ];
    for (const [wait, status] of waits) {
      const handle = queue.submit(() => 1, { after: [{ wait } as unknown as TaskHandle] });
      assertEquals((await handle).status, status, String(wait));
    }
  }));

test("what makes arguments of values may throw or give anything: its task fails", () =>
  soundly(asyncLane, {}, async (queue) => {
    const source = queue.submit(() => 1);
    for (const [kind, make] of Object.entries(oddities)) {
      const handles = [
        queue.submitAfter([source], (n: number) => n, () => {
          throw make();
        }),
        queue.submitAfter([source], (n: number) => n, () => make() as [number]),
      ];
      const results = await Promise.all(handles);
      assertEquals(results.map(({ status }) => status), ["failed", "failed"], kind);
    }
  }));

test("keys and dedupe of items may throw or give anything: nothing is submitted", async () => {
  await using queue = new AsyncQueue({ limits: { user: { workers: 1 } } });
  for (const make of Object.values(oddities)) {
    const thrower = () => {
      throw make();
    };
    for (const options of [{ keys: thrower }, { dedupe: thrower }]) {
      const before = queue.stats;
      let threw = false;
      try {
        queue.map((n: number) => n, [1, 2], options);
      } catch {
        threw = true;
      }
      assertEquals([threw, queue.stats], [true, before]);
    }
    assertRefused(
      queue,
      () => queue.map((n: number) => n, [1], { dedupe: () => make() as string }),
      TypeError,
    );
  }
  for (const user of [NaN, Symbol("odd"), {}, null, 1n]) {
    const before = queue.stats;
    let threw = false;
    try {
      queue.submit(() => 1, { keys: { user: user as string } });
    } catch {
      threw = true;
    }
    assertEquals([threw, queue.stats], [true, before], String(user));
  }
  for (const user of ["__proto__", "constructor", "", -0, Infinity, "\u0000"]) {
    assertEquals(await queue.submit(() => 1, { keys: { user } }).value(), 1);
  }
});

test("20,000 tasks that each wait for the one before run in turn, and are cancelled together", async () => {
  const length = 20_000;
  for (const queues of [[new AsyncQueue()], [new AsyncQueue(), new AsyncQueue()]]) {
    const chain: TaskHandle[] = [];
    const link = (first: TaskHandle) => {
      chain.length = 0;
      chain.push(first);
      while (chain.length < length) {
        const queue = queues[chain.length % queues.length]!;
        chain.push(queue.submit(() => 1, { after: [chain.at(-1)!] }) as TaskHandle);
      }
    };
    link(queues[0]!.submit(() => 1) as TaskHandle);
    assertEquals((await chain.at(-1)!).status, "succeeded");
    link(queues[0]!.submit(() => 1, { delay: 60_000 }) as TaskHandle);
    chain[0]!.cancel();
    assertEquals(new Set(chain.map(({ status }) => status)), new Set(["cancelled"]));
    await Promise.all(queues.map((queue) => queue.shutdown()));
  }
});

test("an option's getter that submits doesn't change what its own task is submitted with", async () => {
  await using queue = new AsyncQueue();
  let inner: TaskHandle | undefined;
  const options = {
    priority: 1,
    metadata: 1,
    get name() {
      inner = queue.submit(() => {}, { priority: 7, metadata: 2, name: "inner" });
      return "outer";
    },
    mustComplete: true,
  };
  queue.submit(() => {}, { priority: 1, metadata: 1 });
  for (let n = 0; n < 2; n++) {
    const outer = queue.submit(() => {}, options);
    assertEquals([outer, inner!].map(said), [[1, 1, "outer", true], [7, 2, "inner", false]]);
  }
});

function said({ priority, metadata, name, mustComplete }: TaskHandle): unknown[] {
  return [priority, metadata, name, mustComplete];
}

test("options are read once, so that a getter can't pass one value for another", () => {
  const reads: Record<string, number> = {};
  const options = {};
  for (
    const [name, value] of Object.entries({
      timeout: 60_000,
      retries: 1,
      name: "read",
      priority: 2,
    })
  ) {
    Object.defineProperty(options, name, {
      enumerable: true,
      get: () => (reads[name] = (reads[name] ?? 0) + 1) === 1 ? value : Symbol("again"),
    });
  }
  return soundly(asyncLane, {}, async (queue) => {
    const handle = queue.submit(() => 1, options as TaskOptions);
    assertEquals([handle.name, handle.priority, await handle.value()], ["read", 2, 1]);
    assertEquals(reads, { timeout: 1, retries: 1, name: 1, priority: 1 });
  });
});
