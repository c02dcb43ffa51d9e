/**
 * Compares Trilane with other queues, in one program on one machine: `deno task bench:compare`, or
 * `npx --yes bun@1.4.5 bench/compare.ts`.
 *
 * @module
 */
import { cpus } from "node:os";
import process from "node:process";
import trilane from "../deno.json" with { type: "json" };
import { measure, type Times } from "./measure.ts";
import { CONCURRENCY, type Contender, oneByOne, ran, together } from "./noops.ts";
import peers from "./package.json" with { type: "json" };
import {
  checkOrder,
  contenders,
  type Distribution,
  distributions,
  draw,
  type PriorityContender,
} from "./priorities.ts";
import { table } from "./table.ts";

const NOOPS = 100_000;
const FEW = 10_000;
const MANY = 1_000_000;

/** Rounds that are timed, and of those that take seconds. */
const ROUNDS = 21;
const LONG_ROUNDS = 5;

const groupDigits = (value: number) => Math.round(value).toLocaleString("en");

function assertAll(count: number, expected: number, name: string): void {
  if (count === expected) return;
  throw new Error(`${name} was given ${expected} tasks and ran ${count}`);
}

/** How many times as fast as another queue Trilane is: the first of the times is its own. */
function ratio([trilane]: Times[], other: Times): string {
  return other === trilane ? "" : `${(other.median / trilane.median).toFixed(2)} x`;
}

async function compareNoops(
  awaited: string,
  queues: readonly Contender[],
): Promise<string[][]> {
  const trials = queues.map(({ name, run }) => ({
    async run() {
      const before = ran;
      assertAll(await run(NOOPS), NOOPS, name);
      assertAll(ran - before, NOOPS, name);
    },
  }));
  const times = await measure(trials, ROUNDS);
  const perSecond = (time: number) => groupDigits(NOOPS / (time / 1000));
  return queues.map(({ name }, i) => [
    name,
    awaited,
    perSecond(times[i].median),
    `${perSecond(times[i].longest)} to ${perSecond(times[i].shortest)}`,
    ratio(times, times[i]),
  ]);
}

async function comparePriorities(
  kind: Distribution,
  count: number,
): Promise<string[][]> {
  const queues = contenders.filter(({ atMost }) => count <= atMost);
  const priorities = draw(kind, count);
  const trials = queues.map((queue) => priorityTrial(queue, priorities));
  const times = await measure(trials, count > FEW ? LONG_ROUNDS : ROUNDS);
  const perTask = (time: number) => groupDigits(time * 1e6 / count);
  return queues.map(({ name }, i) => [
    name,
    groupDigits(count),
    kind.name,
    perTask(times[i].median),
    `${perTask(times[i].shortest)} to ${perTask(times[i].longest)}`,
    ratio(times, times[i]),
  ]);
}

function priorityTrial(queue: PriorityContender, priorities: Float64Array) {
  return {
    async run() {
      let count = 0;
      // deno-lint-ignore require-await -- what is queued is async
      await queue.run(priorities, async () => {
        count++;
      });
      assertAll(count, priorities.length, queue.name);
    },
  };
}

for (const queue of contenders) {
  for (const kind of distributions) await checkOrder(queue, draw(kind, FEW));
}

const runtime = process.versions.bun === undefined
  ? `Deno ${process.versions.deno}`
  : `Bun ${process.versions.bun}`;
const versions = Object.entries({
  [trilane.name]: trilane.version,
  ...peers.dependencies,
})
  .map(([name, version]) => `${name} ${version}`);
console.log(`${runtime}, ${cpus().length} cores (${cpus()[0].model.trim()})`);
console.log(versions.join(", "));

console.log(`
Tasks a second: ${groupDigits(NOOPS)} async no-ops submitted and run, ${CONCURRENCY} at a time.
Median of ${ROUNDS} rounds, slowest to fastest.
`);
console.log(table([
  ["", "each task awaited", "tasks/s", "spread", "Trilane is"],
  ...await compareNoops("no", together),
  ...await compareNoops("one by one", oneByOne),
]));

console.log(`
Nanoseconds a task: async no-ops with random priorities, all queued before the first one starts, none
awaited by itself. Median of ${ROUNDS} rounds (${LONG_ROUNDS} with ${
  groupDigits(MANY)
} tasks), fastest to slowest.
`);
const rows: string[][] = [];
for (const count of [FEW, MANY]) {
  for (const kind of distributions) {
    rows.push(...await comparePriorities(kind, count));
  }
}
console.log(
  table([
    ["", "tasks", "priorities", "ns/task", "spread", "Trilane is"],
    ...rows,
  ]),
);

const leftOut = contenders.filter(({ atMost }) => atMost < MANY).map((
  { name },
) => name);
console.log(`
Not run with ${groupDigits(MANY)} tasks, since it would take minutes: ${leftOut.join(", ")}.`);
