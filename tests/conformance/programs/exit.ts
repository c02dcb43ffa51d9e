/**
 * `exit.ts LANE CASE…`: a program that uses queues and forgets to shut them down.
 *
 * For each case it prints what a task returned and, at its end, `end`; then nothing should keep it from exiting. Before
 * each line stands the case.
 *
 * @module
 */
import process from "node:process";
import { type Lane, lanes } from "../lanes.ts";

const HOUR = 3_600_000;

/** What the program does; each leaves its queue as it is. */
const cases: Record<string, (lane: Lane) => Promise<unknown>> = {
  "a queue that was never started": ({ create, tasks }) => {
    create().map(tasks.echo, [1, 2, 3]);
    return Promise.resolve("nothing");
  },
  "an idle queue": async ({ create, tasks }) => {
    const queue = await create().start();
    return await queue.submit(tasks.echo, ["value"]).value();
  },
  "a queue after a run": async ({ create, tasks }) => {
    const queue = create({ timeout: HOUR, workers: 1 });
    queue.map(tasks.echo, [1, 2, 3]);
    return (await queue.run()).values;
  },
  "an idle queue in an infinite run": async ({ create, tasks }) => {
    const queue = create({ mode: "infinite" });
    queue.run();
    return await queue.submit(tasks.echo, ["value"]).value();
  },
  "a paused queue with tasks": async ({ create, tasks }) => {
    const queue = await create().start();
    const value = await queue.submit(tasks.echo, ["value"]).value();
    queue.pause();
    queue.map(tasks.echo, [1, 2, 3]);
    return value;
  },
  "timeouts that did not come": async ({ create, tasks }) => {
    const queue = await create().start();
    const handle = queue.submit(tasks.echo, ["value"], { timeout: HOUR });
    await handle.wait({ timeout: HOUR, signal: new AbortController().signal });
    await queue.group(tasks.echo, [1, 2]).wait({ timeout: HOUR });
    return await handle.value();
  },
  "delays that were cancelled": async ({ create, tasks }) => {
    const queue = await create().start();
    const value = await queue.submit(tasks.echo, ["value"]).value();
    queue.submit(tasks.nothing, { delay: HOUR }).cancel();
    queue.submit(tasks.nothing, { runAt: Date.now() + HOUR }).cancel();
    return value;
  },
  "a rate that has been used up": async ({ create, tasks }) => {
    const queue = await create({ rate: 1 / 3600 }).start();
    const [first, second] = queue.map(tasks.echo, ["value", "never"]);
    const value = await first.value();
    second.cancel();
    return value;
  },
  "a stream that was left": async ({ create, tasks }) => {
    let last: unknown;
    for await (last of create().stream(tasks.echo, [1, 2, 3])) break;
    return last;
  },
  "a stream that was not finished": async ({ create, tasks }) => {
    return (await create().stream(tasks.echo, [1, 2, 3, 4, 5]).next()).value;
  },
  "tasks that failed unseen": async ({ create, tasks }) => {
    const queue = await create().start();
    queue.map(tasks.failLater, ["a", "b"], { retries: 1 });
    queue.submit(tasks.fail).cancel();
    await queue.join();
    return queue.stats.failed;
  },
  "hooks that throw": async ({ create, tasks }) => {
    const hook = () => {
      throw new Error("hook is broken");
    };
    const queue = await create({ onStart: hook, onComplete: hook }).start();
    return await queue.submit(tasks.echo, ["value"]).value();
  },
  "a task that runs": async ({ create, tasks }) => {
    const queue = await create().start();
    queue.submit(tasks.sleep, [100]).onDone(({ status }) =>
      console.log(`a task that runs: slept, ${status}`)
    );
    return "early";
  },
  "a delay that is to come": async ({ create, tasks }) => {
    const queue = await create().start();
    queue.submit(tasks.echo, ["value"], { delay: 30 }).onDone(({ status }) =>
      console.log(`a delay that is to come: delayed ${status}`)
    );
    return "early";
  },
};

const [laneName, ...names] = process.argv.slice(2);
const lane = lanes.find((lane) => lane.name === laneName)!;
for (const name of names) {
  console.log(`${name}: ${JSON.stringify(await cases[name](lane))}`);
  console.log(`${name}: end`);
}
