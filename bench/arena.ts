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
  readonly error?: string;
}

/** The command that runs a contestant on each runtime. */
export type Commands = Readonly<Record<Runtime, readonly string[]>>;

/** How long a round, or getting ready, may take. */
const PATIENCE_MS = 300_000;

/** A contender's process. */
class Contestant {
  readonly outcome: Outcome;
  error: string | undefined;
  readonly #child: Deno.ChildProcess;
  readonly #messages: AsyncIterator<Record<string, unknown>>;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;

  constructor(work: Work, contender: Contender, runtime: Runtime, commands: Commands) {
    const [command, ...args] = commands[runtime];
    this.outcome = { name: contender.name, kind: contender.kind, runtime, rounds: [] };
    this.#child = new Deno.Command(command, {
      args: [...args, work.id, contender.name],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#messages = messages(this.#child.stdout);
    this.#stdin = this.#child.stdin.getWriter();
  }

  /** What it says next; `undefined` when it has failed. */
  async hear(): Promise<Record<string, unknown> | undefined> {
    try {
      const { value, done } = await deadline(this.#messages.next(), PATIENCE_MS);
      if (!done && value.error === undefined) return value;
      this.error = done ? "ended early" : `${value.error}`;
    } catch (error) {
      const isLate = error instanceof DOMException && error.name === "TimeoutError";
      this.error = isLate ? "no answer" : `${error}`;
    }
    return undefined;
  }

  async round(): Promise<Figures | undefined> {
    try {
      await this.#stdin.write(new TextEncoder().encode("round\n"));
    } catch {
      // It has ended, as `hear` will find.
    }
    return (await this.hear())?.figures as Figures | undefined;
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

/** Where a contender runs that is compared on a runtime: there or, if it doesn't run there, on Node. */
function runtimeOf({ runsOn }: Contender, runtime: Runtime): Runtime | undefined {
  if (runsOn === undefined || runsOn.includes(runtime)) return runtime;
  return runsOn.includes("node") ? "node" : undefined;
}

/**
 * Has all contenders do a work. In each round they come in another order, so that none always follows the same
 * one, and whatever else the machine does meets all of them alike.
 *
 * @param work The work.
 * @param runtime The runtime to compare on.
 * @param commands How to run contestants.
 * @param share The share of the work's rounds to do, at least one.
 * @returns What came of it, in the order of the contenders.
 */
export async function compare(
  work: Work,
  runtime: Runtime,
  commands: Commands,
  share: number,
): Promise<Outcome[]> {
  const contestants: Contestant[] = [];
  for (const contender of work.contenders) {
    const on = runtimeOf(contender, runtime);
    if (on === undefined) continue;
    const contestant = new Contestant(work, contender, on, commands);
    contestants.push(contestant);
    await contestant.hear();
  }
  const rounds = Math.max(1, Math.round(work.rounds * share));
  const warmUp = Math.ceil(rounds / 3);
  for (let round = 0; round < warmUp + rounds; round++) {
    for (const contestant of shuffled(contestants)) {
      if (contestant.error !== undefined) continue;
      const figures = await contestant.round();
      if (figures !== undefined && round >= warmUp) contestant.outcome.rounds.push(figures);
    }
  }
  await Promise.all(contestants.map((contestant) => contestant.close()));
  return contestants.map(({ outcome, error }) =>
    error === undefined ? outcome : { ...outcome, error }
  );
}

function shuffled<T>(items: readonly T[]): T[] {
  return items.map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
