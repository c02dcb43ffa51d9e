import { assertEquals, assertGreaterOrEqual, assertLess, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { type Timed, Timers } from "../../../src/base/timers.ts";
import { VirtualClock } from "../../../src/testing/virtual_clock.ts";
import { test } from "../../harness.ts";

class Item implements Timed {
  timer = 0;
  /** As the test knows it. */
  deadline = 0;
  readonly expiredAt: number[] = [];
  readonly then: () => void;

  constructor(then: () => void = () => {}) {
    this.then = then;
  }

  expire(now: number): void {
    this.expiredAt.push(now);
    this.then();
  }
}

/** A clock that tells what its timers were set to. */
class RecordingClock extends VirtualClock {
  readonly set: number[] = [];

  override setTimer(callback: () => void, ms: number): unknown {
    this.set.push(ms);
    return super.setTimer(callback, ms);
  }
}

function setUp() {
  const clock = new RecordingClock(1000);
  const state = { served: 0 };
  const timers = new Timers(clock, () => state.served++);
  return { clock, timers, state };
}

test("timers: items expire at their deadlines, the earliest first, on one timer", async () => {
  const { clock, timers, state } = setUp();
  const items = [30, 10, 20, 10].map((delay) => {
    const item = new Item();
    timers.addIn(item, delay);
    return item;
  });
  assertEquals([timers.size, clock.pendingTimers], [4, 1]);
  await clock.advance(9);
  assertEquals(items.flatMap((item) => item.expiredAt), []);
  await clock.advance(1);
  assertEquals(items.map((item) => item.expiredAt), [[], [1010], [], [1010]]);
  assertEquals([state.served, clock.pendingTimers], [1, 1]);
  await clock.advance(20);
  assertEquals(items.map((item) => item.expiredAt), [[1030], [1010], [1020], [1010]]);
  assertEquals([state.served, timers.size, clock.pendingTimers], [3, 0, 0]);
});

test("timers: an earlier deadline sets the timer anew, a later one leaves it", () => {
  const { clock, timers } = setUp();
  timers.addIn(new Item(), 50);
  timers.addIn(new Item(), 60);
  timers.addIn(new Item(), 50);
  assertEquals(clock.set, [50]);
  timers.addIn(new Item(), 40);
  assertEquals([clock.set, clock.pendingTimers], [[50, 40], 1]);
});

test("timers: when the first goes, the timer fires for nothing and is set for the next", async () => {
  const { clock, timers, state } = setUp();
  const first = new Item();
  const second = new Item();
  timers.addIn(first, 10);
  timers.addIn(second, 30);
  timers.remove(first);
  assertEquals(clock.set, [10]);
  await clock.advance(29);
  assertEquals([clock.set, state.served, second.expiredAt], [[10, 20], 0, []]);
  await clock.advance(1);
  assertEquals([first.expiredAt, second.expiredAt, state.served], [[], [1030], 1]);
});

test("timers: nothing is left set when the last item is removed", () => {
  const { clock, timers } = setUp();
  const items = [new Item(), new Item()];
  items.forEach((item) => timers.addIn(item, 10));
  timers.remove(items[0]);
  assertEquals(clock.pendingTimers, 1);
  timers.remove(items[1]);
  assertEquals([timers.size, clock.pendingTimers], [0, 0]);
  timers.remove(items[1]);
  assertEquals(timers.size, 0);
  timers.addIn(items[0], 20);
  assertEquals([clock.set, clock.pendingTimers], [[10, 20], 1]);
});

test("timers: a deadline too far away for one platform timer takes several", async () => {
  const { clock, timers } = setUp();
  const longest = 2 ** 31 - 1;
  const item = new Item();
  timers.addIn(item, 2 * longest + 5);
  await clock.advance(2 * longest + 4);
  assertEquals([item.expiredAt, clock.pendingTimers], [[], 1]);
  await clock.advance(1);
  assertEquals(item.expiredAt, [1000 + 2 * longest + 5]);
  assertEquals([clock.set.length, Math.max(...clock.set)], [3, longest]);
});

test("timers: what is due at no time needs no timer", async () => {
  const { clock, timers } = setUp();
  const never = new Item();
  timers.addIn(never, Infinity);
  assertEquals([timers.size, clock.pendingTimers], [1, 0]);
  const item = new Item();
  timers.addIn(item, 5);
  assertEquals(clock.pendingTimers, 1);
  await clock.advance(5);
  assertEquals([item.expiredAt.length, timers.size, clock.pendingTimers], [1, 1, 0]);
  timers.remove(never);
  assertEquals([timers.size, clock.pendingTimers], [0, 0]);
});

test("timers: an item due in the past expires, but not within add", async () => {
  const { clock, timers } = setUp();
  const item = new Item();
  timers.add(item, 900);
  assertEquals([item.expiredAt, clock.set], [[], [0]]);
  await clock.advance(0);
  assertEquals(item.expiredAt, [1000]);
});

test("timers: a platform timer is set to whole milliseconds, never to less than is left", () => {
  const { clock, timers } = setUp();
  timers.addIn(new Item(), 10.25);
  assertEquals(clock.set, [11]);
});

test("timers: a platform timer that fires early is set again for the rest", async () => {
  class EarlyClock extends RecordingClock {
    override setTimer(callback: () => void, ms: number): unknown {
      return super.setTimer(callback, 0.9 * ms);
    }
  }
  const clock = new EarlyClock();
  let served = 0;
  const timers = new Timers(clock, () => served++);
  const item = new Item();
  timers.addIn(item, 10);
  await clock.advance(9.89);
  assertEquals([item.expiredAt, served, timers.size, clock.pendingTimers], [[], 0, 1, 1]);
  await clock.advance(1);
  assertEquals([item.expiredAt.length, served, clock.pendingTimers], [1, 1, 0]);
  assertGreaterOrEqual(item.expiredAt[0], 10);
  assertEquals(clock.set.length, 3);
});

test("timers: items may be added and removed while others expire", async () => {
  const { clock, timers, state } = setUp();
  const doomed = new Item();
  const dueAtOnce = new Item();
  const later = new Item();
  const first = new Item(() => {
    timers.remove(doomed);
    timers.add(dueAtOnce, clock.now());
    timers.addIn(later, 5);
    timers.fire(clock.now());
  });
  timers.addIn(first, 10);
  timers.addIn(doomed, 10.5);
  await clock.advance(10);
  assertEquals([first, dueAtOnce, later].map((item) => item.expiredAt), [[1010], [1010], []]);
  assertEquals([state.served, timers.size, clock.pendingTimers], [1, 1, 1]);
  await clock.advance(5);
  assertEquals([later.expiredAt, doomed.expiredAt], [[1015], []]);
});

test("timers: one that adds itself again from expire comes again", async () => {
  const { clock, timers } = setUp();
  const tick: Item = new Item(() => {
    if (tick.expiredAt.length < 3) timers.addIn(tick, 10);
  });
  timers.addIn(tick, 10);
  await clock.advance(100);
  assertEquals([tick.expiredAt, clock.pendingTimers], [[1010, 1020, 1030], 0]);
});

test("timers: work that keeps the event loop busy can ask and fire by itself", () => {
  const { clock, timers, state } = setUp();
  const items = [10, 20].map((delay) => {
    const item = new Item();
    timers.addIn(item, delay);
    return item;
  });
  assertEquals(timers.due(1009.9), false);
  assertEquals(timers.due(1010), true);
  clock.elapse(12);
  timers.fire(clock.now());
  assertEquals(items.map((item) => item.expiredAt), [[1012], []]);
  // The platform's timer stays as it is: it will be set for the rest when it fires.
  assertEquals([state.served, clock.pendingTimers, clock.set], [1, 1, [10]]);
  timers.fire(clock.now());
  assertEquals([state.served, timers.due(clock.now()), [...timers.values()]], [
    1,
    false,
    [items[1]],
  ]);
});

test("timers: items with the same deadline expire in the order in which they were added", async () => {
  const { clock, timers } = setUp();
  const expired: number[] = [];
  const items = Array.from({ length: 20 }, (_, i) => new Item(() => expired.push(i)));
  items.forEach((item) => timers.addIn(item, 10));
  await clock.advance(10);
  assertEquals(expired, items.map((_, i) => i));
});

test("timers: those that were removed by the thousand are let go of", () => {
  const { timers } = setUp();
  const stays = new Item();
  timers.addIn(stays, 1);
  const items = Array.from({ length: 10_000 }, () => new Item());
  for (const item of items) timers.addIn(item, 60_000);
  for (const item of items) timers.remove(item);
  assertEquals([timers.size, [...timers.values()]], [1, [stays]]);
  assertLess(timers.held, 100);
});

const operation = fc.oneof(
  fc.record({ do: fc.constant("add" as const), delay: fc.integer({ min: 0, max: 400 }) }),
  fc.record({ do: fc.constant("remove" as const), place: fc.nat(1000) }),
  fc.record({ do: fc.constant("advance" as const), delay: fc.integer({ min: 0, max: 200 }) }),
  fc.record({ do: fc.constant("elapse" as const), delay: fc.integer({ min: 0, max: 200 }) }),
);

test("timers: whatever is added and removed, each item expires once, at its time", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { maxLength: 60 }), async (operations) => {
      const { clock, timers } = setUp();
      const held = new Set<Item>();
      for (const operation of operations) {
        if (operation.do === "add") {
          const item = new Item(() => held.delete(item));
          held.add(item);
          // Quarters, since deadlines need not be whole.
          item.deadline = clock.now() + operation.delay / 4;
          timers.addIn(item, operation.delay / 4);
        } else if (operation.do === "remove") {
          const item = [...held][operation.place % held.size];
          if (item === undefined) continue;
          held.delete(item);
          timers.remove(item);
        } else if (operation.do === "advance") {
          await clock.advance(operation.delay / 4);
          for (const item of held) assertGreaterOrEqual(item.deadline + 1, clock.now());
        } else {
          clock.elapse(operation.delay / 4);
          timers.fire(clock.now());
          for (const item of held) assertGreaterOrEqual(item.deadline, clock.now());
        }
        assertEquals(timers.size, held.size);
        assertEquals(new Set(timers.values()), new Set<Timed>(held));
        assertEquals(clock.pendingTimers, held.size === 0 ? 0 : 1);
        for (const item of held) assertEquals(item.expiredAt, []);
      }
      await clock.advance(1000);
      assertEquals([held.size, timers.size, clock.pendingTimers], [0, 0, 0]);
    }),
    { numRuns: 300 },
  );
});

test("timers: no item expires before its deadline, nor a whole millisecond after it", async () => {
  const delay = fc.integer({ min: 0, max: 4000 }).map((quarters) => quarters / 4);
  await fc.assert(
    fc.asyncProperty(fc.array(delay, { minLength: 1, maxLength: 20 }), async (delays) => {
      const { clock, timers } = setUp();
      const expired: Item[] = [];
      const items = delays.map((delay) => {
        const item = new Item(() => expired.push(item));
        item.deadline = clock.now() + delay;
        timers.addIn(item, delay);
        return item;
      });
      await clock.advance(1001);
      for (const { expiredAt: [at, ...more], deadline } of items) {
        assertEquals(more, []);
        assertLessOrEqual(deadline, at);
        assertLess(at, deadline + 1);
      }
      const deadlines = expired.map((item) => item.deadline);
      assertEquals(deadlines, deadlines.toSorted((a, b) => a - b));
    }),
    { numRuns: 100 },
  );
});
