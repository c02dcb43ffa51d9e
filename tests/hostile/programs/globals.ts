/**
 * `globals.ts after|before`: changes globals, after the library was loaded or before, uses queues of all lanes, and prints for
 * each change and lane what went wrong, as JSON.
 *
 * @module
 */
import process from "node:process";
import { freezeAll, tolerable } from "../changes.ts";

const write = process.stdout.write.bind(process.stdout);
const stringify = JSON.stringify;

/** Changes that make no difference to how they are told apart; all at once they are the harder case. */
const atOnce = Object.keys(tolerable).filter((kind) =>
  !/gives an object|gives nothing|call sites|no number|is gone|time of day stands/.test(kind)
);

const [mode] = process.argv.slice(2);
const found: Record<string, Record<string, unknown>> = {};

if (mode === "before") {
  const restores = atOnce.map((kind) => tolerable[kind]!());
  const play = await loaded();
  found["many changes, before the library is loaded"] = await play();
  for (const restore of restores.reverse()) restore();
  freezeAll();
  found["everything frozen, some of it before"] = await play();
} else if (mode === "frozen") {
  freezeAll();
  found["everything frozen, before the library is loaded"] = await (await loaded())();
} else {
  const play = await loaded();
  for (const [kind, change] of Object.entries(tolerable)) {
    const restore = change();
    const outcome = await play();
    restore();
    found[kind] = outcome;
  }
}
write(`${stringify(found)}\n`);

/** Loads the library; what it returns uses a queue of each lane, and gives what went wrong on it. */
async function loaded() {
  const { lanes } = await import("../support.ts");
  return async () => {
    const outcomes: Record<string, unknown> = {};
    for (const lane of lanes) {
      try {
        outcomes[lane.name] = await use(lane);
      } catch (error) {
        outcomes[lane.name] = describe(error);
      }
    }
    return outcomes;
  };
}

async function use({ create, tasks, name }: import("../support.ts").Lane): Promise<unknown> {
  let hooked = 0;
  const queue = create({
    workers: 1,
    onComplete: () => {
      hooked++;
      throw Object.create(null);
    },
  });
  try {
    const options = { priority: 1, timeout: 60_000, retries: 1, metadata: {} };
    const handles = [
      queue.submit(tasks.add, [1, 1], options),
      queue.submit(tasks.addSlowly, [2, 2], { delay: 1 }),
      queue.submit(tasks.fail, ["right"], { retries: 1, retryDelay: 1 }),
      ...queue.map(tasks.add, [[3, 3], [4, 4]]),
      queue.submit(tasks.add, [5, 5], { signal: AbortSignal.abort("enough") }),
    ];
    const summary = await queue.run();
    const seen = await Promise.all(handles.map((handle) => handle.wait({ timeout: 60_000 })));
    const values = seen.map((result) =>
      result.status === "succeeded" ? result.value : result.message
    );
    const group = await queue.group(tasks.add, [[1, 2]]).values();
    const text = stringify([values, group, summary.total, hooked, seen[2]!.attempts]);
    const right = '[[2,4,"right",6,8,"\'enough\'"],[3],6,7,2]';
    return text === right ? "right" : `${name}: ${text}`;
  } finally {
    await queue.cancel();
  }
}

function describe(error: unknown): string {
  try {
    return `${(error as Error).name}: ${(error as Error).message}\n${(error as Error).stack}`;
  } catch {
    return "something that can't be shown";
  }
}
