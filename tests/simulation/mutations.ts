/**
 * `deno task sim:mutations`: checks the checker. Breaks the queue in one way after the other, each on a copy, and
 * simulates programs until the checker finds something wrong. The exit status is 1 when it doesn't.
 *
 * @module
 */
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** A way to break the queue. */
export interface Mutation {
  readonly name: string;
  /** The module, in `src/`. */
  readonly file: string;
  /** A text that occurs in it once, and what takes its place. */
  readonly text: string;
  readonly becomes: string;
}

const engine = (name: string, text: string, becomes: string): Mutation => ({
  ...{ name, file: "core/engine.ts", text, becomes },
});

/** Ways to break the queue. */
export const mutations: readonly Mutation[] = [
  engine(
    "drop the result of a task that was retried",
    "this.history.add(task);",
    "if (task.attempts !== 2) this.history.add(task);",
  ),
  {
    name: "start out of order",
    file: "core/ready_queue.ts",
    text: "if (lanes[middle].priority < priority) low",
    becomes: "if (lanes[middle].priority > priority) low",
  },
  engine("exceed the limit", "executor.room <= 0 &&", "executor.room < 0 &&"),
  engine(
    "run a task after it was cancelled",
    "return this.#ready.remove(task);",
    "return;",
  ),
  engine(
    "end a task twice that its own retryIf has ended",
    "if (task.done) return false;\n    if (again) {",
    "if (again) {",
  ),
  engine(
    "end a task twice when no worker starts",
    "if (task.state !== READY) continue;",
    "",
  ),
  engine(
    "leave the rate's timer behind",
    "if (this.outstanding === 0) this.timers.remove(this.#gateTimer);",
    "",
  ),
  engine(
    "leave the timeout of an attempt behind",
    "this.running--;\n        return this.timers.remove(task);",
    "this.running--;\n        return;",
  ),
  engine(
    "lose a start that the rate has to count",
    "gate.take(now);",
    "if (this.running > 0) gate.take(now);",
  ),
  engine(
    "retry once more than allowed",
    "task.attempts > task.options.retries ||",
    "task.attempts > task.options.retries + 1 ||",
  ),
  engine("retry what must not be", "return retryIf(error,", "return true || retryIf(error,"),
  engine(
    "forget what is scheduled when all is cancelled",
    "if (item instanceof Task) tasks.push(item);",
    "void item;",
  ),
  engine(
    "let fail-first cancel what is protected",
    "this.cancelAll(\n      false,",
    "this.cancelAll(\n      true,",
  ),
  engine(
    "let a detached task's failure cancel the others",
    "this.failFirst && !options.detached",
    "this.failFirst",
  ),
  {
    name: "let a run's timeout cancel what is protected",
    file: "core/run.ts",
    text: 'queue.onExit === "cancel"',
    becomes: "true",
  },
  {
    name: "let a run's timeout cancel nothing",
    file: "core/run.ts",
    text: "this.#end(false, error,",
    becomes: "void (false, error,",
  },
  engine(
    "start a retry before its attempt has stopped",
    "if (patience === 0) this.stopped(task);",
    "if (patience >= 0) this.stopped(task);",
  ),
  engine(
    "count an attempt that has not begun",
    "this.#leave(task);\n      task.unbegin();",
    "this.#leave(task);",
  ),
  engine(
    "count as running what has not begun",
    "this.#leave(task);\n      task.unbegin();",
    "task.unbegin();",
  ),
  engine("leave a listener on a signal", "unlisten(signal, tasks);", ""),
  engine(
    "don't tell who waits for a milestone",
    "if (this.outstanding === 0 || options.mustComplete) this.checkMilestones();",
    "",
  ),
  engine("start attempts while paused", "if (this.paused || (executor", "if ((executor"),
  engine(
    "admit nobody who waits for room",
    "submitter.admit();",
    "",
  ),
  engine("admit one more than there is room for", "wanted <= room", "wanted <= room + 1"),
  engine("start a delayed task early", "now + options.delay :", "now + options.delay / 2 :"),
  engine("start a retry late", "now + retryDelay(", "now + 5 + retryDelay("),
  engine("time an attempt out early", "now + timeout);", "now + timeout / 2);"),
  engine(
    "trust a wall clock that was set back",
    "if (left > 0) return this.#setTimer(task, now + left);",
    "void left;",
  ),
  engine(
    "don't tell of a retry after a timeout",
    "if (this.#retry(task, error, now)) this.#announceRetry(task, error);",
    "this.#retry(task, error, now);",
  ),
  engine(
    "let a task outlive its signal",
    "for (const task of this) this.#engine",
    "for (const task of [...this].slice(1)) this.#engine",
  ),
  {
    name: "tell of a task in two summaries",
    file: "core/history.ts",
    text: "this.#owed = emptyTally();\n    this.#owedFrom",
    becomes: "this.#owedFrom",
  },
  {
    name: "forget a waiting task in the heap",
    file: "core/ready_queue.ts",
    text: "if (heap.size === 0) return false;",
    becomes: "if (heap.size === 0 || lane !== undefined) return false;",
  },
  {
    name: "don't give on the slot of what is abandoned",
    file: "async/executor.ts",
    text: "this.#release(slot);\n    attempt?.interrupt(reason);",
    becomes: "attempt?.interrupt(reason);",
  },
];

const root = fileURLToPath(new URL("../../", import.meta.url));

/** So many programs are simulated at the most to find one mutation. */
const SEEDS = 3000;

/** A queue that hangs is found to do so after so many milliseconds. */
const PATIENCE = 300_000;

/**
 * Makes the source of a module with a mutation.
 *
 * @param mutation the mutation
 * @returns the source
 * @throws {Error} when the text that it replaces doesn't occur once
 */
export async function mutate({ name, file, text, becomes }: Mutation): Promise<string> {
  const source = await readFile(join(root, "src", file), "utf8");
  const times = source.split(text).length - 1;
  if (times !== 1) throw new Error(`Cannot ${name}: its text occurs ${times} times in ${file}`);
  return source.replace(text, () => becomes);
}

/** What the checker finds wrong with the queue under a mutation, if anything. */
async function find(mutation: Mutation): Promise<string | undefined> {
  const copy = await mkdtemp(join(tmpdir(), "mutation-"));
  try {
    for (const part of ["deno.json", "mod.ts", "src", "tests"]) {
      await cp(join(root, part), join(copy, part), { recursive: true });
    }
    await writeFile(join(copy, "src", mutation.file), await mutate(mutation));
    const simulate = pathToFileURL(join(copy, "tests/simulation/simulate.ts"));
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "eval",
        `import { sweep } from "${simulate}";
        const found = await sweep(0, ${SEEDS});
        if (found) console.log("seed", found.program.seed + ":", found.violation.message);`,
      ],
      cwd: copy,
      stdin: "null",
      stderr: "inherit",
      signal: AbortSignal.timeout(PATIENCE),
    });
    const { success, stdout } = await child.output();
    if (!success) return "it hangs or can't be run";
    return new TextDecoder().decode(stdout).split("\n")[0] || undefined;
  } finally {
    await rm(copy, { recursive: true });
  }
}

if (import.meta.main) {
  let survivors = 0;
  const left = mutations.values();
  // As many at a time as there are processors.
  await Promise.all(Array.from({ length: navigator.hardwareConcurrency }, async () => {
    for (const mutation of left) {
      const found = await find(mutation);
      if (found === undefined) survivors++;
      console.log(`${found === undefined ? "SURVIVED" : "caught  "} ${mutation.name} (${found})`);
    }
  }));
  console.log(`\n${mutations.length - survivors} of ${mutations.length} mutations were caught`);
  if (survivors > 0) Deno.exit(1);
}
