/**
 * What is kept of comparisons, under `bench/results/`: the figures, a table and a chart for each runtime.
 *
 * @module
 */
import { chart } from "./chart.ts";
import { goalTable } from "./goals.ts";
import { lineChart } from "./lines.ts";
import { markdown } from "./markdown.ts";
import type { Comparison } from "./statistics.ts";
import { type Runtime, RUNTIMES } from "./work.ts";
import { works } from "./works.ts";

/** The works that the chart shows. */
const CHARTED = [
  ...["noops-run-100000", "noops-each-100000", "threads-saturated", "thread-latency-1-saturated"],
  ...["processes-saturated", "process-latency-1-saturated", "factorial"],
];

/** The works that the front page shows. */
const FRONT = [
  "noops-each-100000",
  "threads-saturated",
  "thread-latency-1-saturated",
  "processes-saturated",
];

/** How many peers the front page shows beside Trilane. */
const FRONT_PEERS = 3;

/** Below this heading the page about the benchmarks is made from what is kept. */
const RESULTS = "## Results\n";

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
  await publish(runtime, results);
}

/** Writes the tables of what is kept and draws its charts. */
export async function redraw(runtime: Runtime): Promise<void> {
  const results = await read(runtime);
  if (results !== undefined) await publish(runtime, results);
}

async function publish(runtime: Runtime, results: Results): Promise<void> {
  const { runtime: title, head, comparisons } = results;
  const tables = comparisons.map((comparison) => markdown(comparison, runtime));
  const text = [`# ${title}\n`, `${head}\n`, goalTable(comparisons, runtime), ...tables];
  await Deno.writeTextFile(file(`${runtime}.md`), text.join("\n"));
  const of = (ids: readonly string[]) => comparisons.filter(({ id }) => ids.includes(id));
  await Deno.writeTextFile(file(`${runtime}.svg`), chart(title, of(CHARTED)));
  await Deno.writeTextFile(file(`${runtime}-front.svg`), chart(title, of(FRONT), FRONT_PEERS));
  const growing = comparisons.filter(({ axis }) => axis !== undefined);
  await Deno.writeTextFile(file(`${runtime}-growth.svg`), lineChart(title, growing));
  await showInReadme();
}

/** The page about the benchmarks ends with what there is for each runtime. */
async function showInReadme(): Promise<void> {
  const readme = new URL("README.md", import.meta.url);
  const parts: string[] = [];
  for (const runtime of RUNTIMES) {
    const results = await read(runtime);
    if (results === undefined) continue;
    const { runtime: title } = results;
    parts.push(
      `### ${title}\n\n[All tables](results/${runtime}.md)\n`,
      `![What each queue and pool does on ${title}](results/${runtime}.svg)\n`,
      `![What a task costs on ${title}, the more there are](results/${runtime}-growth.svg)\n`,
    );
  }
  const [head] = (await Deno.readTextFile(readme)).split(RESULTS);
  await Deno.writeTextFile(readme, `${head}${RESULTS}\n${parts.join("\n")}`);
  await formatResults();
}

/** Formats what is kept, as all that is in the repository. */
export async function formatResults(): Promise<void> {
  const args = ["fmt", "--quiet", "--config", "../deno.json", "results", "README.md"];
  await new Deno.Command(Deno.execPath(), { args, cwd: new URL(".", import.meta.url) }).output();
}

async function read(runtime: Runtime): Promise<Results | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(file(`${runtime}.json`)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
