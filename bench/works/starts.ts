/**
 * Whole programs: from their start to the first result, and from there to their end.
 *
 * @module
 */
import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type PoolContender, processPools, threadPools } from "../pools.ts";
import { assertSame, type Contender, type Work } from "../work.ts";

const program = fileURLToPath(new URL("../programs/first_result.ts", import.meta.url));
const config = fileURLToPath(new URL("../deno.json", import.meta.url));

/** Some programs never end by themselves: after so many milliseconds they are ended. */
const PATIENCE = 20_000;

/** The command that runs a program as this one was run. */
function command(...args: string[]): string[] {
  const { deno, bun } = process.versions as { deno?: string; bun?: string };
  const options = deno !== undefined
    ? ["run", "--no-check", "--config", config, "--allow-all"]
    : bun !== undefined
    ? []
    : ["--import", "tsx"];
  return [...options, program, ...args];
}

function contenders(list: string, pools: readonly PoolContender[]): Contender[] {
  return pools.map(({ open: _, ...contender }, index) => ({
    ...contender,
    open: () =>
      Promise.resolve({
        async round() {
          const start = performance.now();
          const child = spawn(process.execPath, command(list, `${index}`), {
            cwd: fileURLToPath(new URL("..", import.meta.url)),
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
          assertSame(output.trim(), "2", "Result");
          return { first: first - start, exit: performance.now() - first };
        },
      }),
  }));
}

/** The works. */
export const starts: readonly Work[] = [
  ["threads", threadPools] as const,
  ["processes", processPools] as const,
].map(([list, pools]) => ({
  id: `start-${list}`,
  title:
    `A program that runs x + 1 in one of its ${list}: start to first result, and from there to its end`,
  rounds: 9,
  figures: {
    first: { unit: "ms to the first result", better: "less" },
    exit: { unit: "ms from there to the end", better: "less" },
  },
  contenders: contenders(list, pools),
}));
