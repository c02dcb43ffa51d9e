/**
 * What Trilane is to reach, and whether it has, in figures of one run.
 *
 * @module
 */
import { format, nameOf, table } from "./markdown.ts";
import type { Comparison, Row } from "./statistics.ts";
import type { Runtime } from "./work.ts";

/** Something to reach. */
export interface Goal {
  readonly what: string;
  readonly work: string;
  /** The figure; `"points"`: the highest of all points of a line beside the lowest. */
  readonly figure: string;
  /** Whose figure. */
  readonly of: string;
  /** Whose figure it is divided by: a contender, or the best of the peers. Default: it is taken as it is. */
  readonly beside?: string;
  readonly atLeast?: number;
  readonly atMost?: number;
  /** Where it is asked for. Default: everywhere. */
  readonly on?: readonly Runtime[];
}

const BEST_PEER = "the best peer";
const ASYNC = "Trilane AsyncQueue";
const FREE = `${ASYNC}, asyncContext: false`;
const THREAD = "Trilane ThreadQueue";
const PROCESS = "Trilane ProcessQueue";

const async: readonly Goal[] = [1_000, 100_000].flatMap((count): Goal[] => {
  const [work, figure] = [`noops-each-${count}`, "tasks"];
  const what = `${count.toLocaleString("en")} async no-ops, each awaited`;
  const goal = { what, work, figure };
  return [
    { ...goal, of: `${ASYNC}, await handle`, beside: ASYNC, atLeast: 0.85 },
    { ...goal, of: ASYNC, beside: "p-queue", atLeast: 5 },
    { ...goal, of: ASYNC, beside: "p-queue 9", atLeast: 2 },
    { ...goal, of: FREE, beside: "fastq.promise", atLeast: 1.5, on: ["deno"] },
    { ...goal, of: FREE, beside: "fastq.promise", atLeast: 1.2, on: ["bun"] },
    { ...goal, of: ASYNC, beside: "p-limit", atLeast: 1 },
  ];
});

const saturated: readonly Goal[] = [
  {
    what: "Threads saturated",
    ...{ work: "threads-saturated", figure: "tasks", of: THREAD, beside: BEST_PEER },
    ...{ atLeast: 8, on: ["deno", "node"] },
  },
  {
    what: "Threads saturated",
    ...{ work: "threads-saturated", figure: "tasks", of: THREAD, beside: BEST_PEER },
    ...{ atLeast: 6, on: ["bun"] },
  },
  {
    what: "Processes saturated",
    ...{ work: "processes-saturated", figure: "tasks", of: PROCESS, beside: BEST_PEER },
    atLeast: 8,
  },
];

const latency: readonly Goal[] = ["1-saturated", "2-saturated", "2-cold"].flatMap((way): Goal[] => {
  const [workers, after] = way.split("-");
  const said = `${workers} worker${workers === "1" ? "" : "s"}, ${
    after === "cold" ? "from cold" : "after a saturated phase"
  }`;
  const thread = { work: `thread-latency-${way}`, of: THREAD, atMost: 1 };
  const process = { work: `process-latency-${way}`, of: PROCESS, atMost: 1 };
  return [
    { what: `Threads, p50, ${said}`, ...thread, figure: "p50", beside: BEST_PEER },
    {
      what: `Threads, p50, ${said}`,
      ...{ ...thread, figure: "p50", beside: "bare postMessage", atMost: 1.3 },
    },
    { what: `Threads, p99, ${said}`, ...thread, figure: "p99", beside: BEST_PEER },
    { what: `Processes, p50, ${said}`, ...process, figure: "p50", beside: BEST_PEER },
    { what: `Processes, p99, ${said}`, ...process, figure: "p99", beside: BEST_PEER },
  ];
});

const payloads: readonly Goal[] = ["1kb", "64kb", "1mb"].flatMap((size) =>
  ["objects", "bytes"].flatMap((kind): Goal[] => {
    const goal = { figure: "time", beside: BEST_PEER, atMost: 1 };
    const said = `${size.slice(0, -2)} ${size.endsWith("kb") ? "kB" : "MB"} of ${kind}`;
    return [
      { what: `${said}, threads`, work: `threads-${kind}-${size}`, of: THREAD, ...goal },
      { what: `${said}, processes`, work: `processes-${kind}-${size}`, of: PROCESS, ...goal },
    ];
  })
);

const memory: readonly Goal[] = [
  { what: "Bytes a queued task", work: "noops-bytes", figure: "bytes", of: ASYNC, atMost: 200 },
  ...["bytes", "text"].flatMap((kind) =>
    ["parent", "child"].map((figure): Goal => ({
      what: `Copies of 100 MB of ${kind} in the ${figure}`,
      ...{ work: `processes-100mb-${kind}`, figure, of: PROCESS, atMost: 2.5 },
    }))
  ),
];

const rest: readonly Goal[] = [
  ...[1, 10].flatMap((ms): Goal[] => [
    {
      what: `From 1 to 2 threads, tasks of ${ms} ms`,
      ...{ work: `threads-speed-up-${ms}`, figure: "gain", of: THREAD, atLeast: 1.9 },
    },
    {
      what: `From 1 to 2 processes, tasks of ${ms} ms`,
      ...{ work: `processes-speed-up-${ms}`, figure: "gain", of: PROCESS, atLeast: 1.9 },
    },
  ]),
  ...[ASYNC, THREAD, PROCESS].map((of): Goal => ({
    what: "Times as long with a checkpoint",
    ...{ work: "checkpoint", figure: "ratio", of, atMost: 1.5 },
  })),
  ...([["threads", THREAD], ["processes", PROCESS]] as const).flatMap(([lane, of]): Goal[] => [
    {
      what: `Start to the first result, ${lane}`,
      ...{ work: `start-${lane}`, figure: "first", of, beside: BEST_PEER, atMost: 1 },
    },
    {
      what: `Share of the speed beside another pool, ${lane}`,
      ...{ work: `${lane}-two-pools`, figure: "shared", of, atLeast: 0.9 },
    },
    {
      what: `CPU work while another pool does x + 1, ${lane}`,
      ...{ work: `${lane}-two-pools`, figure: "beside", of, beside: BEST_PEER, atLeast: 1 },
    },
  ]),
  {
    what: "Import of ./async, in ms",
    ...{ work: "import", figure: "time", of: "@trilane/trilane/async", atMost: 5, on: ["deno"] },
  },
  ...([["tasks", ASYNC], ["workers", ASYNC], ["threads", THREAD]] as const).map((
    [axis, of],
  ): Goal => ({
    what: `Growth with ${axis}, most beside least`,
    ...{ work: `growth-${axis}`, figure: "points", of, atMost: 1.5 },
  })),
];

/** All of them. */
export const goals: readonly Goal[] = [
  ...async,
  ...saturated,
  ...latency,
  ...payloads,
  ...memory,
  ...rest,
];

/** How a goal stands. */
interface Standing {
  readonly goal: Goal;
  readonly measured: number;
  readonly beside: string;
  /** 1 or more: it is reached. */
  readonly margin: number;
}

function stand(
  goal: Goal,
  comparisons: readonly Comparison[],
  runtime: Runtime,
): Standing | undefined {
  if (goal.on !== undefined && !goal.on.includes(runtime)) return undefined;
  const comparison = comparisons.find(({ id }) => id === goal.work);
  const own = comparison?.rows.find(({ name, error }) => name === goal.of && error === undefined);
  if (comparison === undefined || own === undefined) return undefined;
  let measured: number;
  let other: Row | undefined;
  if (goal.figure === "points") {
    const medians = Object.values(own.figures).map(({ median }) => median);
    measured = Math.max(...medians) / Math.min(...medians);
  } else {
    measured = own.figures[goal.figure]!.median;
    if (goal.beside !== undefined) {
      other = find(comparison, goal.figure, goal.beside);
      if (other === undefined) return undefined;
      measured /= other.figures[goal.figure]!.median;
    }
  }
  const { atLeast, atMost } = goal;
  const margin = atLeast === undefined ? atMost! / measured : measured / atLeast;
  return { goal, measured, margin, beside: other === undefined ? "" : nameOf(other, runtime) };
}

function find({ rows, figures }: Comparison, figure: string, beside: string): Row | undefined {
  const done = rows.filter(({ error }) => error === undefined);
  if (beside !== BEST_PEER) return done.find(({ name }) => name === beside);
  const sign = figures[figure]!.better === "more" ? -1 : 1;
  return done.filter(({ kind }) => kind === "peer")
    .sort((a, b) => sign * (a.figures[figure]!.median - b.figures[figure]!.median))[0];
}

/** A table of the goals that the comparisons tell of, the one that is furthest from being reached first. */
export function goalTable(comparisons: readonly Comparison[], runtime: Runtime): string {
  const standings = goals.flatMap((goal) => stand(goal, comparisons, runtime) ?? [])
    .sort((a, b) => a.margin - b.margin);
  if (standings.length === 0) return "";
  const reached = standings.filter(({ margin }) => margin >= 1).length;
  return [
    `### Goals: ${reached} of ${standings.length} reached\n`,
    table(["", "whose", "beside", "asked", "measured", "reached by"], [
      ...standings.map(({ goal, measured, beside, margin }) => [
        goal.what,
        goal.of.replace(/^Trilane /, ""),
        beside,
        goal.atLeast === undefined ? `≤ ${goal.atMost}` : `≥ ${goal.atLeast}`,
        format(measured),
        margin.toFixed(2),
      ]),
    ], 3),
    "",
  ].join("\n");
}
