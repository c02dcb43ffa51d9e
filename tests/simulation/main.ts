/**
 * `deno task sim [--seeds N] [--from S] [--kind KIND] [--jobs J]`: simulates programs, on all processors unless told
 * otherwise, of all kinds unless told which. Says how far it is on stderr. The exit status is 1 when a rule is broken;
 * then the program that shows it is printed, made as small as can be, with the end of its history.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { stdArgs } from "../../scripts/std.ts";
import { type Kind, KINDS } from "./author.ts";
import { describe } from "./describe.ts";
import { sweep } from "./simulate.ts";

/** How often it says how far it is. */
const TELL_EVERY_MS = Deno.stderr.isTerminal() ? 500 : 15_000;

const options = parseArgs(Deno.args, {
  string: ["seeds", "from", "jobs", "kind"],
  default: { seeds: "10000", from: "0", jobs: `${availableParallelism()}` },
  unknown: (arg) => misused(`Unknown argument: '${arg}'`),
});
const seeds = whole("seeds");
const from = whole("from");
const jobs = whole("jobs");
const kind = kindOf(options.kind);

Deno.exit(await (jobs > 1 ? share() : alone()) ? 0 : 1);

function whole(name: "seeds" | "from" | "jobs"): number {
  const value = Number(options[name]);
  if (Number.isInteger(value) && value >= 0) return value;
  return misused(`--${name} must be a whole number: got '${options[name]}'`);
}

function kindOf(name: string | undefined): Kind | undefined {
  if (name === undefined || name in KINDS) return name as Kind | undefined;
  return misused(`--kind must be one of ${Object.keys(KINDS).join(", ")}: got '${name}'`);
}

function misused(message: string): never {
  console.error(message);
  Deno.exit(2);
}

/** Simulates all in this process; says on stdout how many it has done, for the one that started it. */
async function alone(): Promise<boolean> {
  const finding = await sweep(from, seeds, kind, (histories) => console.log(histories));
  if (finding !== undefined) console.error(await describe(finding));
  return finding === undefined;
}

/** Shares the work out to processes, and adds up what they say. */
async function share(): Promise<boolean> {
  const since = performance.now();
  let done = 0;
  const tell = (end: string) => {
    const seconds = (performance.now() - since) / 1000;
    const text = `${done} of ${seeds} histories, ${Math.round(done / seconds)} a second, ` +
      `${Math.round(seconds)} s${end}`;
    Deno.stderr.writeSync(new TextEncoder().encode(text));
  };
  const timer = setInterval(() => tell(Deno.stderr.isTerminal() ? "\r" : "\n"), TELL_EVERY_MS);
  const std = await stdArgs();
  const share = Math.ceil(seeds / jobs);
  const succeeded = await Promise.all(Array.from({ length: jobs }, async (_, job) => {
    const count = Math.max(0, Math.min(share, seeds - job * share));
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--allow-all", ...std, fileURLToPath(import.meta.url)],
        ...[`--seeds=${count}`, `--from=${from + job * share}`, "--jobs=1"],
        ...(kind === undefined ? [] : [`--kind=${kind}`]),
      ],
      stdin: "null",
      stdout: "piped",
    }).spawn();
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      for (const line of text.split("\n")) done += Number(line);
    }
    return (await child.status).success;
  }));
  clearInterval(timer);
  tell("\n");
  return succeeded.every(Boolean);
}
