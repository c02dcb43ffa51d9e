import { assertEquals } from "@std/assert";
import type { TaskHandle } from "../../mod.ts";
import { reported } from "../conformance/support.ts";
import { test } from "../harness.ts";
import { oddities } from "./oddities.ts";
import { asyncLane, lanes, soundly } from "./support.ts";

/** Ways in which a hook can come to a bad end with something. */
const ends: Readonly<Record<string, (value: unknown) => unknown>> = {
  "throw": (value) => {
    throw value;
  },
  "reject with": (value) => Promise.reject(value),
};

for (const lane of lanes) {
  const { tasks } = lane;
  for (const [end, come] of Object.entries(ends)) {
    test(`${lane.name}: hooks may ${end} anything: it is reported once, and changes nothing`, async () => {
      let make: () => unknown = () => undefined;
      let calls = 0;
      const hook = () => {
        calls++;
        return come(make()) as void;
      };
      const all = { onStart: hook, onComplete: hook, onRetry: hook, onProgress: hook };
      let expected = 0;
      const errors = await reported(() =>
        soundly(lane, { workers: 1, ...all }, async (queue) => {
          using _more = queue.observe(all);
          for (make of Object.values(oddities)) {
            const handle = queue.submit(tasks.add, [2, 3]);
            handle.onDone(hook as (handle: TaskHandle) => void);
            const failing = queue.submit(tasks.throwOdd, ["null"], { retries: 1 });
            assertEquals([await handle.value(), (await failing).attempts], [5, 2]);
          }
          // Promises tell a moment later.
          await new Promise((resolve) => setTimeout(resolve, 1));
          expected = calls;
        })
      );
      // The last look at the queue calls hooks as well.
      assertEquals(errors.length - expected, calls - expected);
      // Two of each name for each task: its start, its end, and of one its start again and the retry; and `onDone`.
      assertEquals(expected, Object.keys(oddities).length * (2 * (2 + 4) + 1));
    });
  }

  test(`${lane.name}: retryIf may throw anything: it is reported once, and the task isn't retried`, async () => {
    const errors = await reported(() =>
      soundly(lane, { workers: 1 }, async (queue) => {
        for (const make of Object.values(oddities)) {
          const retryIf = () => {
            throw make();
          };
          const result = await queue.submit(tasks.throwOdd, ["null"], { retries: 3, retryIf });
          assertEquals([result.status, result.attempts], ["failed", 1]);
        }
      })
    );
    assertEquals(errors.length, Object.keys(oddities).length);
  });

  test(`${lane.name}: retryIf may answer with anything: it counts as it would in a condition`, () =>
    soundly(lane, { workers: 1 }, async (queue) => {
      for (const [kind, make] of Object.entries(oddities)) {
        const retryIf = () => make() as boolean;
        const { attempts } = await queue.submit(tasks.throwOdd, ["null"], { retries: 1, retryIf });
        assertEquals(attempts, kind === "undefined" || kind === "null" ? 1 : 2, kind);
      }
    }));
}

test("hooks may return promises that throw when they are asked, which is reported", async () => {
  class Evil extends Promise<void> {
    override then(): never {
      throw new Error("then");
    }
    override catch(): never {
      throw new Error("catch");
    }
  }
  const hooks = [
    () => new Evil(() => {}),
    () => Object.defineProperty(Promise.resolve(), "then", { get: () => ends["throw"]!("then") }),
    () => ({ then: () => ends["throw"]!("then") }),
    () => Object.assign(Promise.resolve(), { constructor: null }),
  ];
  const errors = await reported(async () => {
    for (const hook of hooks) {
      await soundly(asyncLane, { onComplete: hook as () => void }, async (queue) => {
        assertEquals(await queue.submit(() => 1).value(), 1);
      });
    }
  });
  // Each of the three promises is asked twice, for the task and for the last look at the queue.
  assertEquals(errors.length, 6);
});

test("hooks may be getters that aren't read again for each task", () => {
  let reads = 0;
  const options = {
    get onComplete(): () => void {
      if (++reads > 2) throw new Error("read again");
      return () => {};
    },
  };
  return soundly(asyncLane, options, async (queue) => {
    assertEquals(await queue.submit(() => 1).value(), 1);
  });
});
