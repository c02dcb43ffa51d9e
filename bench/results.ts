/**
 * What is kept of comparisons, under `bench/results/`: the figures, a table and a chart for each runtime.
 *
 * @module
 */
import { chart } from "./chart.ts";
import { markdown } from "./markdown.ts";
import type { Comparison } from "./statistics.ts";
import type { Runtime } from "./work.ts";
import { works } from "./works.ts";

/** The works that the chart shows. */
const CHARTED = [
  ...["noops-run-100000-16", "noops-each-100000-16", "threads-saturated", "thread-latency"],
  ...["processes-saturated", "process-latency", "factorial"],
];

/** The works that the front page shows. */
const FRONT = [
  "noops-each-100000-16",
  "threads-saturated",
  "thread-latency",
  "processes-saturated",
];

/** How many peers the front page shows beside Trilane. */
const FRONT_PEERS = 3;

/** On what figures were measured. */
export interface Conditions {
  /** The runtime, with its version. */
  readonly runtime: string;
  /** All of it in a sentence: versions of all, and the machine. */
  readonly head: string;
}

interface Results extends Conditions {
  readonly comparisons: readonly Comparison[];
}

const file = (name: string) => new URL(`results/${name}`, import.meta.url);

/**
 * Keeps comparisons, in place of earlier ones of the same works; those of other works stay if they were made under the
 * same conditions.
 */
export async function keep(
  runtime: Runtime,
  conditions: Conditions,
  fresh: readonly Comparison[],
): Promise<void> {
  const earlier = await read(runtime);
  const still = earlier?.head === conditions.head ? earlier.comparisons : [];
  const known = new Map([...still, ...fresh].map((comparison) => [comparison.id, comparison]));
  const comparisons = works.flatMap(({ id }) => known.get(id) ?? []);
  const results: Results = { ...conditions, comparisons };
  await Deno.mkdir(file(""), { recursive: true });
  await Deno.writeTextFile(file(`${runtime}.json`), `${JSON.stringify(results, null, 2)}\n`);
  const tables = comparisons.map((comparison) => markdown(comparison, runtime)).join("\n");
  await Deno.writeTextFile(
    file(`${runtime}.md`),
    `# ${conditions.runtime}\n\n${conditions.head}\n\n${tables}`,
  );
  await draw(runtime, results);
}

/** Draws the charts of what is kept. */
export async function redraw(runtime: Runtime): Promise<void> {
  const results = await read(runtime);
  if (results !== undefined) await draw(runtime, results);
}

async function draw(runtime: Runtime, { runtime: title, comparisons }: Results): Promise<void> {
  const of = (ids: readonly string[]) => comparisons.filter(({ id }) => ids.includes(id));
  await Deno.writeTextFile(file(`${runtime}.svg`), chart(title, of(CHARTED)));
  await Deno.writeTextFile(file(`${runtime}-front.svg`), chart(title, of(FRONT), FRONT_PEERS));
}

async function read(runtime: Runtime): Promise<Results | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(file(`${runtime}.json`)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
