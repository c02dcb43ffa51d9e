/**
 * Has contenders do a work, each in a process of its own, in interleaved rounds.
 *
 * @module
 */
import { deadline } from "@std/async";
import type { Contender, Figures, Runtime, Work } from "./work.ts";

/** What came of one contender's rounds. */
export interface Outcome {
  readonly name: string;
  readonly kind: Contender["kind"];
  /** Where it ran. */
  readonly runtime: Runtime;
  /** The figures of each measured round; none when it could not do the work. */
  readonly rounds: Figures[];
  /** Why it could not. */
  error?: string;
}

/** The command that runs a contestant on each runtime. */
export type Commands = Readonly<Record<Runtime, readonly string[]>>;

/** How long a round, or getting ready, may take. */
const PATIENCE_MS = 60_000;

/** After so long no more rounds begin, except the first few. */
const WARM_UP_MS = 2_000;
const BUDGET_MS = 8_000;
const MIN_ROUNDS = 3;

/** A contender's process. */
class Contestant {
  /** Settles when it has set up what it works with, or has failed. */
  readonly ready: Promise<unknown>;
  readonly #outcome: Outcome;
  readonly #child: Deno.ChildProcess;
  readonly #messages: AsyncIterator<Record<string, unknown>>;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;

  constructor(work: Work, outcome: Outcome, commands: Commands) {
    const [command, ...args] = commands[outcome.runtime];
    this.#outcome = outcome;
    this.#child = new Deno.Command(command, {
      args: [...args, work.id, outcome.name],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#messages = messages(this.#child.stdout);
    this.#stdin = this.#child.stdin.getWriter();
    this.ready = this.#hear();
  }

  /** What it says next; `undefined` when it has failed. */
  async #hear(): Promise<Record<string, unknown> | undefined> {
    try {
      const { value, done } = await deadline(this.#messages.next(), PATIENCE_MS);
      if (!done && value.error === undefined) return value;
      this.#outcome.error = done ? "ended early" : `${value.error}`;
    } catch (error) {
      const isLate = error instanceof DOMException && error.name === "TimeoutError";
      this.#outcome.error = isLate ? "no answer" : `${error}`;
    }
    return undefined;
  }

  async round(): Promise<Figures | undefined> {
    if (await this.ready === undefined) return undefined;
    try {
      await this.#stdin.write(new TextEncoder().encode("round\n"));
    } catch {
      // It has ended, as is heard then.
    }
    return (await this.#hear())?.figures as Figures | undefined;
  }

  async close(): Promise<void> {
    await this.#stdin.close().catch(() => {});
    // Not all peers close their pools by themselves.
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 5_000);
    await this.#child.status;
    clearTimeout(timer);
    await this.#messages.return?.();
  }
}

/** Lines that are JSON objects; other output is left out. */
async function* messages(output: ReadableStream<Uint8Array>) {
  let rest = "";
  for await (const text of output.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      if (line.startsWith("{")) yield JSON.parse(line) as Record<string, unknown>;
    }
  }
}

/** Where a contender runs that is compared on a runtime: there or, unless that is a page, on Node. */
function runtimeOf({ runsOn }: Contender, runtime: Runtime): Runtime | undefined {
  if (runsOn === undefined || runsOn.includes(runtime)) return runtime;
  return runtime !== "chromium" && runsOn.includes("node") ? "node" : undefined;
}

/**
 * Has all contenders do a work. In each round they come in another order, so that none always follows the same
 * one, and whatever else the machine does meets all of them alike.
 *
 * @param work The work.
 * @param runtime The runtime to compare on.
 * @param commands How to run contestants.
 * @param share The share of the work's rounds and time to take, at least one round.
 * @returns What came of it, in the order of the contenders.
 */
export async function compare(
  work: Work,
  runtime: Runtime,
  commands: Commands,
  share: number,
): Promise<Outcome[]> {
  const outcomes = work.contenders.flatMap((contender): Outcome[] => {
    const on = runtimeOf(contender, runtime);
    return on === undefined ? [] : [{ ...facts(contender), runtime: on, rounds: [] }];
  });
  const open = (outcome: Outcome) => new Contestant(work, outcome, commands);
  const standing = work.cold ? [] : outcomes.map(open);
  await Promise.all(standing.map((contestant) => contestant.ready));
  const rounds = Math.max(1, Math.round(work.rounds * share));
  const round = async (isMeasured: boolean) => {
    for (const outcome of shuffled(outcomes)) {
      if (outcome.error !== undefined) continue;
      const contestant = standing[outcomes.indexOf(outcome)] ?? open(outcome);
      const figures = await contestant.round();
      if (figures !== undefined && isMeasured) outcome.rounds.push(figures);
      if (work.cold) await contestant.close();
    }
  };
  const warmUp = work.cold ? 0 : Math.ceil(rounds / 3);
  await repeat(warmUp, 1, WARM_UP_MS * share, () => round(false));
  await repeat(rounds, MIN_ROUNDS, BUDGET_MS * share, () => round(true));
  await Promise.all(standing.map((contestant) => contestant.close()));
  return outcomes;
}

/** Does something so many times, or until it has taken so long and has been done at least so often. */
async function repeat(times: number, least: number, ms: number, action: () => Promise<void>) {
  const end = performance.now() + ms;
  for (let i = 0; i < times && (i < least || performance.now() < end); i++) await action();
}

const facts = ({ name, kind }: Contender) => ({ name, kind });

function shuffled<T>(items: readonly T[]): T[] {
  return items.map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
