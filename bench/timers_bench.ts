/**
 * What deadlines cost: a timeout that is taken back, as most are, and one that comes.
 *
 * @module
 */
import type { Clock } from "../src/base/clock.ts";
import { type Timed, Timers } from "../src/base/timers.ts";
import { runtime } from "../src/runtime/here.ts";

const COUNT = 100_000;
const LONG = 60_000;

class Item implements Timed {
  timer = 0;
  expire(): void {}
}

const items = Array.from({ length: COUNT }, () => new Item());
const delays = Float64Array.from(items, () => Math.random() * LONG);

const takenBack = "100,000 timeouts, set and taken back 16 at a time";

/** As a queue with 16 workers has them. */
function setAndTakeBack<T>(
  set: (index: number) => T,
  takeBack: (timeout: T) => void,
): void {
  const pending: T[] = [];
  for (let i = 0; i < COUNT; i++) {
    if (i >= 16) takeBack(pending[i % 16]);
    pending[i % 16] = set(i);
  }
  pending.forEach(takeBack);
}

Deno.bench({
  name: "Trilane Timers",
  group: takenBack,
  baseline: true,
  fn() {
    const timers = new Timers(runtime.clock, () => {});
    setAndTakeBack((index) => {
      timers.addIn(items[index], LONG);
      return items[index];
    }, (item) => timers.remove(item));
  },
});

Deno.bench({
  name: "setTimeout, clearTimeout",
  group: takenBack,
  fn() {
    setAndTakeBack(() => setTimeout(() => {}, LONG), clearTimeout);
  },
});

/** Time stands still. */
const stopped: Clock = {
  now: () => 0,
  wallNow: () => 0,
  setTimer: () => 0,
  clearTimer: () => {},
};

Deno.bench(
  "100,000 deadlines at random times, all set and then all reached",
  () => {
    const timers = new Timers(stopped, () => {});
    for (let i = 0; i < COUNT; i++) timers.add(items[i], delays[i]);
    timers.fire(LONG);
  },
);
