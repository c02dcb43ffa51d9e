/**
 * Makes a program that fails smaller while it still does.
 *
 * @module
 */
import { type Program, simpleTask } from "./program.ts";

/** What the parts of a program are when they are nothing special, by name. */
export const PLAIN: Readonly<Record<string, unknown>> = {
  ...simpleTask(10, 3),
  ...simpleTask(10, 3).attempts[0],
  ...{ on: 0, size: 0, burst: 1, retain: "all", mode: "finite", workers: 1, rate: undefined },
  ...{ failPolicy: "continue", onExit: "complete-priority", strict: false, leaveAfter: Infinity },
  ...{ advance: 0, setWallClock: 0, count: 1, window: 1, ordered: true, settled: false },
  ...{ end: "force", how: "ready", timeout: undefined, delay: undefined },
  ...{ hosts: undefined, accounts: undefined, aging: undefined, dedupe: undefined },
  ...{ runIn: undefined, retryAfter: undefined, signal: undefined },
  ...{ minWorkers: 0, idleTimeout: 1000, startTimeout: 30_000, recycleAfter: Infinity, stop: 0 },
  ...{
    lastStartRepeats: false,
    spinners: 0,
    loses: false,
    stoppable: true,
    journal: true,
    fullAt: Infinity,
  },
};

/** Of these a program has one at least. */
const NEVER_EMPTY = new Set(["attempts", "starts", "down", "up", "stuckAfter", "queues"]);

/** So many programs are tried at the most. */
const MAX_TRIES = 3000;

/**
 * Shrinks a program, greedily. The last that fails is the smallest that was found.
 *
 * @param program the program
 * @param fails whether a program still fails
 */
export async function shrink(
  program: Program,
  fails: (program: Program) => Promise<boolean>,
): Promise<void> {
  let smallest = program;
  let tries = 0;
  for (let progress = true; progress;) {
    progress = false;
    for (const smaller of smallerOnes(smallest)) {
      if (++tries > MAX_TRIES) return;
      if (!await fails(smaller as Program)) continue;
      smallest = smaller as Program;
      progress = true;
      break;
    }
  }
}

/** A value with one thing left out or made plain, in all ways; those that take away most come first. */
function* smallerOnes(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) {
    for (let size = value.length; size >= 1; size = Math.floor(size / 2)) {
      for (let at = 0; at + size <= value.length; at += size) yield value.toSpliced(at, size);
    }
    for (const [i, part] of value.entries()) {
      for (const smaller of smallerOnes(part)) yield value.with(i, smaller);
    }
  } else if (typeof value === "object" && value !== null) {
    for (const [key, part] of Object.entries(value)) {
      const plain = PLAIN[key];
      if (key in PLAIN && typeof part !== "object" && plain !== part) {
        yield { ...value, [key]: plain };
      }
      for (const smaller of smallerOnes(part)) {
        if (NEVER_EMPTY.has(key) && (smaller as unknown[]).length === 0) continue;
        yield { ...value, [key]: smaller };
      }
    }
  }
}
