import { assertEquals, assertThrows } from "@std/assert";
import { AsyncQueue, type QueueStats, trackProgress } from "../../../mod.ts";
import { VirtualClock } from "../../../src/testing/virtual_clock.ts";
import { reported } from "../../conformance/support.ts";
import { test } from "../../harness.ts";

/** A terminal or a log: what is written to it. */
class Output {
  readonly written: string[] = [];
  columns: number | undefined = 60;

  readonly isTTY: boolean;

  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }

  write(text: string): void {
    this.written.push(text);
  }
}

/** Numbers as a queue has them. */
class Numbers {
  stats: QueueStats = new AsyncQueue().stats;

  set(stats: Partial<QueueStats>): void {
    this.stats = { ...this.stats, ...stats };
  }
}

const drawn = (line: string) => `\r${line}\x1b[J\r`;

test("progress: in a terminal a line is drawn over the one before, ten times a second", async () => {
  const clock = new VirtualClock();
  const output = new Output(true);
  const queue = new Numbers();
  queue.set({ pending: 100 });
  const progress = trackProgress(queue, { output, clock });
  assertEquals(output.written, []);
  await clock.advance(100);
  queue.set({ pending: 60, completed: 40, failed: 2 });
  await clock.advance(100);
  assertEquals(output.written, [
    drawn("[>                                  ]  0%  0/100  0/s  0:00"),
    drawn("[======>          ]  40%  40/100  200/s  ETA 0:00  2 failed"),
  ]);
  await clock.advance(10_000);
  assertEquals(output.written.length, 102);
  progress.stop();
  assertEquals(output.written.slice(102), ["\x1b[J"]);
  await clock.advance(10_000);
  assertEquals(output.written.length, 103);
  assertEquals(clock.pendingTimers, 0);
});

test("progress: the line is as wide as the terminal is when it is drawn", async () => {
  const clock = new VirtualClock();
  const output = new Output(true);
  using _progress = trackProgress(new Numbers(), { output, clock, total: 10 });
  for (const columns of [60, 20, 100, undefined]) {
    output.columns = columns;
    await clock.advance(100);
    const text = output.written.at(-1)!.replace("\r", "").replace("\x1b[J\r", "");
    assertEquals(text.length, { 60: 59, 20: 19, 100: 63 }[columns!] ?? 63, text);
  }
});

test("progress: clear() takes the line away until it is next drawn", async () => {
  const clock = new VirtualClock();
  const output = new Output(true);
  using progress = trackProgress(new Numbers(), { output, clock });
  progress.clear();
  await clock.advance(100);
  progress.clear();
  progress.clear();
  assertEquals(output.written.length, 2);
  assertEquals(output.written[1], "\x1b[J");
  await clock.advance(100);
  assertEquals(output.written.length, 3);
});

test("progress: elsewhere it is a line every five seconds and at the end, without control characters", async () => {
  const clock = new VirtualClock();
  const output = new Output(false);
  const queue = new Numbers();
  queue.set({ pending: 50 });
  {
    using progress = trackProgress(queue, { output, clock, detail: () => "12 kB" });
    await clock.advance(5_000);
    queue.set({ pending: 30, completed: 20 });
    progress.clear();
    await clock.advance(5_000);
    await clock.advance(2_000);
    queue.set({ pending: 0, completed: 50 });
  }
  await clock.advance(20_000);
  assertEquals(output.written, [
    "0%, 0/50, 0/s, 0:05, 12 kB\n",
    "40%, 20/50, 4/s, ETA 0:08, 12 kB\n",
    "100%, 50/50, 7.1/s, ETA 0:00, 12 kB\n",
  ]);
});

test("progress: what ended before isn't counted, nor what a reset has taken away", async () => {
  const clock = new VirtualClock();
  const output = new Output(false);
  const queue = new Numbers();
  queue.set({ completed: 100, failed: 10, retried: 5 });
  using _progress = trackProgress(queue, { output, clock, total: 50 });
  queue.set({ completed: 125, failed: 11, retried: 6 });
  await clock.advance(5_000);
  queue.set({ completed: 2, failed: 1, retried: 0 });
  await clock.advance(5_000);
  assertEquals(output.written, [
    "50%, 25/50, 5/s, ETA 0:05, 1 failed, 1 retried\n",
    "4%, 2/50, 0/s, 0:10, 1 failed\n",
  ]);
});

test("progress: what a checkpoint had counts where the total says so", async () => {
  const totals: [
    total: number | (() => number) | undefined,
    before: Partial<QueueStats>,
    end: string,
  ][] = [
    [100, { completed: 42, pending: 58 }, "100%, 100/100"],
    [() => 100, { completed: 42, pending: 58 }, "100%, 100/100"],
    [150, { completed: 42, pending: 58 }, "66%, 100/150"],
    [100, { completed: 42, pending: 50, active: 8 }, "100%, 100/100"],
    [undefined, { completed: 42, pending: 58 }, "100%, 58/58"],
    [Infinity, { completed: 42, pending: 58 }, "58"],
    [58, { completed: 42, pending: 58 }, "100%, 58/58"],
    // What is to come is not there yet, so what has ended is of another batch.
    [58, { completed: 42 }, "100%, 58/58"],
  ];
  for (const [total, before, end] of totals) {
    const clock = new VirtualClock();
    const output = new Output(false);
    const queue = new Numbers();
    queue.set(before);
    using progress = trackProgress(queue, { output, clock, total });
    await clock.advance(1_000);
    queue.set({ completed: 100, pending: 0, active: 0 });
    progress.stop();
    const [written] = output.written;
    assertEquals(written.slice(0, end.length + 1), `${end},`);
    // What was there before was not done in this second.
    assertEquals(/([\d.]+)\/s/.exec(written)?.[1], "58");
  }
});

test("progress: with a checkpoint that has all, it ends at 100 %", () => {
  const output = new Output(false);
  const queue = new Numbers();
  queue.set({ completed: 100 });
  trackProgress(queue, { output, clock: new VirtualClock(), total: 100 }).stop();
  assertEquals(output.written, ["100%, 100/100, 0/s, 0:00\n"]);
});

test("progress: redraw() brings back what clear() has taken away", async () => {
  const clock = new VirtualClock();
  const output = new Output(true);
  const queue = new Numbers();
  using progress = trackProgress(queue, { output, clock, total: 2 });
  // There is nothing to bring back yet.
  progress.redraw();
  assertEquals(output.written, []);
  await clock.advance(100);
  const [line] = output.written;
  progress.redraw();
  progress.clear();
  output.columns = 20;
  progress.redraw();
  assertEquals(output.written, [line, "\x1b[J", drawn("0%  0/2  0/s  0:00")]);
  progress.stop();
  progress.redraw();
  assertEquals(output.written.length, 4);
});

test("progress: the rate is that of the last five seconds, and the total may grow", async () => {
  const clock = new VirtualClock();
  const output = new Output(true);
  const queue = new Numbers();
  let total = 10;
  using _progress = trackProgress(queue, { output, clock, total: () => total });
  queue.set({ completed: 1_000 });
  await clock.advance(20_000);
  total = 1_300;
  queue.set({ completed: 1_100 });
  await clock.advance(5_000);
  assertEquals(
    output.written.at(-1),
    drawn("[===================>   ]  84%  1,100/1,300  20/s  ETA 0:10"),
  );
});

test("progress: of a queue, to its end", async () => {
  const clock = new VirtualClock();
  const output = new Output(false);
  await using queue = new AsyncQueue({ workers: 1 });
  using _progress = trackProgress(queue, { output, clock });
  queue.map((n: number) => n === 2 ? Promise.reject(new Error("two")) : n, [1, 2, 3]);
  await queue.run();
  queue.submit(() => 4, { delay: 1_000 });
  await clock.advance(5_000);
  assertEquals(output.written, ["75%, 3/4, 0.6/s, ETA 0:02, 1 failed\n"]);
  await queue.cancel();
});

test("progress: a function of the caller's that throws is reported once and ends it", async () => {
  const clock = new VirtualClock();
  const output = new Output(true);
  const seen = await reported(async () => {
    const options = { output, clock, detail: () => JSON.parse("{") };
    using _progress = trackProgress(new Numbers(), options);
    await clock.advance(1_000);
  });
  assertEquals(seen.map((error) => (error as Error).name), ["SyntaxError"]);
  assertEquals([output.written, clock.pendingTimers], [[], 0]);
});

test("progress: wrong arguments fail at the call", () => {
  const queue = new Numbers();
  const wrong: [options: object, message: string][] = [
    [{ totle: 3 }, "Unknown progress option: 'totle'. Did you mean 'total'?"],
    [{ total: -1 }, "total must be >= 0: got -1"],
    [{ total: "3" }, "total must be a number: got '3'"],
    [{ detail: "3" }, "detail must be a function: got '3'"],
    [{ output: {} }, "output must have a method 'write': got an object"],
    [{ clock: 3 }, "clock must be a Clock: got 3"],
  ];
  for (const [options, message] of wrong) {
    assertThrows(() => trackProgress(queue, options), Error, message);
  }
  assertThrows(
    () => trackProgress({} as AsyncQueue),
    TypeError,
    "Progress can only be shown of a queue: got an object",
  );
});
