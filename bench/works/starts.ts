/**
 * Whole programs: from their start to the first result, and from there to their end.
 *
 * @module
 */
import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type PoolContender, processPools, threadPools } from "../pools.ts";
import { assertSame, type Contender, LOCAL, type Work } from "../work.ts";

const path = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** Some programs never end by themselves: after so many milliseconds they are ended. */
const PATIENCE = 20_000;

/** The command that runs a program as this one was run. */
function command(program: string, ...args: string[]): string[] {
  const { deno, bun } = process.versions as { deno?: string; bun?: string };
  const options = deno !== undefined
    ? ["run", "--no-check", "--config", path("../deno.json"), "--allow-all"]
    : bun !== undefined
    ? []
    : ["--no-warnings"];
  return [...options, path(`../programs/${program}`), ...args];
}

/** Runs a program to its end, and tells what it printed and when. */
async function run(program: string, ...args: string[]) {
  const start = performance.now();
  const child = spawn(process.execPath, command(program, ...args), {
    cwd: path(".."),
    stdio: ["ignore", "pipe", "ignore"],
    timeout: PATIENCE,
    killSignal: "SIGKILL",
  });
  let first = 0;
  let output = "";
  child.stdout!.on("data", (data) => {
    first ||= performance.now();
    output += data;
  });
  const status = await new Promise((resolve) => child.on("close", resolve));
  assertSame(status, 0, "Exit status");
  return { output: output.trim(), first: first - start, exit: performance.now() - first };
}

function programs(list: string, pools: readonly PoolContender[]): Contender[] {
  return pools.map(({ open: _, ...contender }, index) => ({
    ...contender,
    open: () =>
      Promise.resolve({
        async round() {
          const { output, ...figures } = await run("first_result.ts", list, `${index}`);
          assertSame(output, "2", "Result");
          return figures;
        },
      }),
  }));
}

/** Once more than the first time, what is to be compiled is in the runtime's cache. */
const imports: Work = {
  id: "import",
  title: "A program that imports a queue of async functions",
  rounds: 9,
  on: LOCAL,
  figures: { time: { unit: "ms for the import", better: "less" } },
  contenders: ["@trilane/trilane/async", "p-queue", "p-limit", "fastq", "async"].map((name) => ({
    name,
    kind: name.startsWith("@trilane") ? "trilane" : "peer",
    open: () =>
      Promise.resolve({
        round: async () => ({ time: Number((await run("import_time.ts", name)).output) }),
      }),
  })),
};

/** The works. */
export const starts: readonly Work[] = [
  ...([["threads", threadPools], ["processes", processPools]] as const).map(
    ([list, pools]): Work => ({
      id: `start-${list}`,
      title: `A program that runs x + 1 in one of its ${list}: start to first result, and ` +
        "from there to its end",
      rounds: 9,
      on: LOCAL,
      figures: {
        first: { unit: "ms to the first result", better: "less" },
        exit: { unit: "ms from there to the end", better: "less" },
      },
      contenders: programs(list, pools),
    }),
  ),
  imports,
];
