import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { VirtualClock } from "../../../src/testing/mod.ts";
import { test } from "../../harness.ts";

test("VirtualClock: timers fire in order of time, then of setting, each at its own time", async () => {
  const clock = new VirtualClock(100);
  const fired: [string, number][] = [];
  const set = (name: string, ms: number) =>
    clock.setTimer(() => void fired.push([name, clock.now()]), ms);
  set("late", 30);
  set("first", 10);
  set("second", 10);
  clock.clearTimer(set("cleared", 20));
  assertEquals([clock.pendingTimers, clock.nextDue], [3, 110]);
  await clock.advance(29);
  assertEquals(fired, [["first", 110], ["second", 110]]);
  await clock.advance(1);
  assertEquals(fired.at(-1), ["late", 130]);
  assertEquals([clock.pendingTimers, clock.nextDue, clock.now()], [0, Infinity, 130]);
});

test("VirtualClock: promises settle between timers, and what they set fires too", async () => {
  const clock = new VirtualClock();
  const sleep = (ms: number) => new Promise<void>((resolve) => clock.setTimer(resolve, ms));
  const woke: number[] = [];
  const sleeper = async () => {
    for (let i = 0; i < 3; i++) {
      await sleep(10);
      // Several turns of microtasks.
      await Promise.all([Promise.resolve().then(() => {})]);
      woke.push(clock.now());
    }
  };
  sleeper();
  await clock.advance(1000);
  assertEquals([woke, clock.now()], [[10, 20, 30], 1000]);
});

test("VirtualClock: time that passes within a turn fires nothing before the next advance", async () => {
  const clock = new VirtualClock();
  let fired = false;
  clock.setTimer(() => fired = true, 10);
  clock.elapse(50);
  await clock.drain();
  assertEquals([fired, clock.now()], [false, 50]);
  await clock.advance(0);
  assertEquals([fired, clock.now()], [true, 50]);
});

test("VirtualClock: the time of day goes along, and is set apart from it", async () => {
  const clock = new VirtualClock(5, new Date(1_000_000));
  let fired = false;
  clock.setTimer(() => fired = true, 100);
  await clock.advance(10);
  assertEquals([clock.now(), clock.wallNow()], [15, 1_000_010]);
  clock.setSystemTime(new Date(0));
  assertEquals([clock.now(), clock.wallNow(), fired], [15, 0, false]);
  await clock.advance(90);
  assertEquals([clock.wallNow(), fired], [90, true]);
});

test("VirtualClock: a timer that a platform would get wrong is refused", () => {
  const clock = new VirtualClock();
  for (const ms of [-1, NaN, 2 ** 31, Infinity]) {
    assertThrows(() => clock.setTimer(() => {}, ms), RangeError, `got ${ms}`);
  }
});

test("VirtualClock: time passes by a finite number, and never back", async () => {
  const clock = new VirtualClock(5);
  for (const ms of [-1, NaN, Infinity, "7" as unknown as number]) {
    const message = `ms must be a finite number >= 0: got ${typeof ms === "string" ? "'7'" : ms}`;
    await assertRejects(() => clock.advance(ms), RangeError, message);
    assertThrows(() => clock.elapse(ms), RangeError, message);
  }
  assertEquals(clock.now(), 5);
});
