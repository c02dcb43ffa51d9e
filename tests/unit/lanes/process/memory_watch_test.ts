import { assert, assertEquals, assertThrows } from "@std/assert";
import { MemoryWatch, type WatchedChild } from "../../../../src/lanes/process/memory_watch.ts";
import type { MemoryReader } from "../../../../src/runtime/runtime.ts";
import { VirtualClock } from "../../../../src/testing/virtual_clock.ts";
import { test } from "../../../harness.ts";

/** A child whose memory a test sets. */
class Child implements WatchedChild {
  readonly seen: string[] = [];
  readonly pid: number;
  size = 0;

  constructor(pid: number) {
    this.pid = pid;
  }

  exceeded(bytes: number): void {
    this.seen.push(`exceeded ${bytes}`);
  }

  outgrown(): void {
    this.seen.push("outgrown");
  }
}

/** Reads what tests have set, and counts the looks. */
class Reader implements MemoryReader {
  readonly children: readonly Child[];
  looks = 0;
  /** What a look waits for, and perhaps fails with. */
  pending: Promise<unknown> | undefined;

  constructor(...children: Child[]) {
    this.children = children;
  }

  async read(pids: readonly number[]): Promise<ReadonlyMap<number, number>> {
    this.looks++;
    const found = this.children.filter(({ pid, size }) => size > 0 && pids.includes(pid));
    const sizes = new Map(found.map(({ pid, size }) => [pid, size]));
    await this.pending;
    return sizes;
  }
}

function watch(
  reader: MemoryReader,
  clock: VirtualClock,
  memoryLimit?: number,
  recycleMemory?: number,
) {
  const watch = new MemoryWatch(
    { ...(memoryLimit && { memoryLimit }), ...(recycleMemory && { recycleMemory }) },
    clock,
    () => reader,
  );
  watch.open();
  return watch;
}

test("memory watch: children are looked at every 100 ms, as long as there are any", async () => {
  const clock = new VirtualClock();
  const [a, b] = [new Child(1), new Child(2)];
  const reader = new Reader(a, b);
  const watched = watch(reader, clock, 1000, 500);
  assertEquals(clock.pendingTimers, 0);
  watched.add(a);
  watched.add(b);
  [a.size, b.size] = [500, 501];
  await clock.advance(99);
  assertEquals(reader.looks, 0);
  await clock.advance(1);
  assertEquals([reader.looks, a.seen, b.seen], [1, [], ["outgrown"]]);
  [a.size, b.size] = [1000, 1001];
  await clock.advance(100);
  assertEquals([a.seen, b.seen], [["outgrown"], ["outgrown", "exceeded 1001"]]);
  b.size = 0;
  await clock.advance(100);
  assertEquals(b.seen.length, 2);
  await watched.remove(a);
  await clock.advance(100);
  assertEquals([reader.looks, a.seen.length], [4, 2]);
  await watched.remove(b);
  assertEquals(clock.pendingTimers, 0);
  await clock.advance(1000);
  assertEquals(reader.looks, 4);
  watched.add(a);
  await clock.advance(100);
  assertEquals(reader.looks, 5);
  await watched.remove(a);
});

test("memory watch: a look that takes long is the only one, and is waited for", async () => {
  const clock = new VirtualClock();
  const child = new Child(1);
  const reader = new Reader(child);
  const watched = watch(reader, clock, 1000);
  child.size = 2000;
  const { promise, resolve } = Promise.withResolvers<void>();
  reader.pending = promise;
  watched.add(child);
  await clock.advance(1000);
  assertEquals([reader.looks, clock.pendingTimers], [1, 0]);
  let removed = false;
  const removal = watched.remove(child).then(() => removed = true);
  await clock.advance(1000);
  assertEquals(removed, false);
  resolve();
  await removal;
  // It has ended meanwhile.
  assertEquals([child.seen, clock.pendingTimers], [[], 0]);
});

test("memory watch: a look that fails is passed over", async () => {
  const clock = new VirtualClock();
  const child = new Child(1);
  const reader = new Reader(child);
  const watched = watch(reader, clock, 1000);
  child.size = 2000;
  watched.add(child);
  const { promise, reject } = Promise.withResolvers();
  reader.pending = promise;
  await clock.advance(100);
  reject(new Error("no more processes"));
  reader.pending = undefined;
  await clock.advance(0);
  assertEquals(child.seen, []);
  await clock.advance(100);
  assertEquals(child.seen, ["exceeded 2000"]);
  await watched.remove(child);
});

test("memory watch: where a look is cheap, a child is looked at when its task ends", () => {
  const clock = new VirtualClock();
  const child = new Child(1);
  const reader = Object.assign(new Reader(child), { readNow: () => child.size });
  const [both, limited] = [watch(reader, clock, 1000, 500), watch(reader, clock, 1000)];
  for (const [size, seen] of [[500, []], [501, ["outgrown"]], [1001, ["outgrown"]]] as const) {
    child.size = size;
    child.seen.length = 0;
    both.taskEnded(child);
    assertEquals(child.seen, [...seen], `${size}`);
  }
  child.seen.length = 0;
  child.size = 1000;
  limited.taskEnded(child);
  assertEquals(child.seen, []);
  child.size = 1001;
  limited.taskEnded(child);
  assertEquals(child.seen, ["outgrown"]);
});

test("memory watch: without a way to look it can't be opened", () => {
  const find = () => {
    throw new TypeError("no way");
  };
  assertThrows(
    () => new MemoryWatch({ memoryLimit: 1 }, new VirtualClock(), find).open(),
    TypeError,
  );
  assert(new MemoryWatch({ recycleMemory: 1 }, new VirtualClock(), find).memoryLimit === Infinity);
});
