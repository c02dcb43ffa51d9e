import { assertEquals } from "@std/assert";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { runtime, test } from "../harness.ts";
import { RUN_FLAGS } from "../run_flags.ts";
import { withFolder } from "../temporary_folder.ts";
import { lanes } from "./support.ts";

/** Far above what a program here takes. */
const PATIENCE_MS = 50_000;

const program = fileURLToPath(new URL("programs/environment.ts", import.meta.url));
const all = lanes.map(({ name }) => name);

/** Surroundings of a program. */
interface Surroundings {
  /** Variables; `undefined` is unset. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What a shell does before, in a folder that is its `$DIR`; it then runs `"$@"`. */
  readonly shell?: string;
}

/** Runs the program; returns what it wrote and how it ended. */
async function run(
  { env = {}, shell }: Surroundings,
  folder: string,
): Promise<[unknown, number | string | null, string]> {
  const out = join(folder, "outcome");
  const command = [process.execPath, ...RUN_FLAGS, program, out, ...all];
  const child = spawn("/bin/sh", ["-c", shell ?? 'exec "$@"', "sh", ...command], {
    stdio: ["pipe", "pipe", "pipe"],
    env: Object.fromEntries(
      Object.entries({ ...process.env, NO_COLOR: "1", DIR: folder, ...env })
        .filter(([, value]) => value !== undefined),
    ) as Record<string, string>,
    timeout: PATIENCE_MS,
    killSignal: "SIGKILL",
  });
  let errors = "";
  child.stdout.resume();
  child.stderr.on("data", (data) => errors += data);
  const [status, signal] = await once(child, "close");
  let written: unknown = "nothing";
  try {
    written = JSON.parse(readFileSync(out, "utf8"));
  } catch {
    // It has not come that far.
  }
  assertEquals(filesOf(child.pid!), [], "no temporary file is left");
  return [written, signal ?? status, errors];
}

/** The temporary files of a program. */
function filesOf(pid: number): string[] {
  return [tmpdir(), "/dev/shm"].filter(existsSync).flatMap((folder) => readdirSync(folder))
    .filter((name) => name.startsWith(`trilane-${pid}-`));
}

const right = Object.fromEntries(all.map((name) => [name, [2, 4, "written", "right"]]));

const surroundings: Readonly<Record<string, Surroundings>> = {
  "as usual": {},
  "no HOME, no USER, no PATH": { env: { HOME: undefined, USER: undefined, PATH: undefined } },
  "an empty PATH": { env: { PATH: "" } },
  "an environment that is empty": {
    shell: 'exec env -i HOME="$HOME" DENO_DIR="$DENO_DIR" PATH=/nowhere "$@"',
  },
  "a TMPDIR that is missing": { env: { TMPDIR: "/nowhere/at/all" } },
  "a TMPDIR that is a file": { shell: 'touch "$DIR/file"; TMPDIR="$DIR/file" exec "$@"' },
  "an odd TZ": { env: { TZ: ":/nowhere", LANG: "xx_YY.odd", LC_ALL: "C" } },
  "colours asked for and refused": {
    env: { NO_COLOR: "1", FORCE_COLOR: "3", CLICOLOR_FORCE: "1" },
  },
  "a terminal that is none": { env: { TERM: "", COLUMNS: "0", LINES: "-1" } },
  "its standard input closed": { shell: 'exec "$@" <&-' },
  "its standard output closed": { shell: 'exec "$@" >&-' },
  "its standard error closed": { shell: 'exec "$@" 2>&-' },
  "all three closed": { shell: 'exec "$@" <&- >&- 2>&-' },
  "nobody who reads its output": { shell: '{ "$@"; } | true' },
  "few descriptors": { shell: 'ulimit -n 64; exec "$@"' },
  "no core dumps, small files": { shell: 'ulimit -c 0; ulimit -f 100000; exec "$@"' },
  "no room for its temporary files": { shell: "trap '' XFSZ; ulimit -f 1; exec \"$@\"" },
  "a folder that is read-only": {
    shell: 'mkdir "$DIR/own"; chmod 555 "$DIR/own"; cd "$DIR/own"; exec "$@"',
  },
  "a mask that lets nobody read files": {
    shell: 'umask 0777; touch "$DIR/outcome"; chmod 600 "$DIR/outcome"; exec "$@"',
  },
  "signals ignored": { shell: "trap '' HUP INT QUIT PIPE TERM USR1; exec \"$@\"" },
};

for (const [name, where] of Object.entries(surroundings)) {
  test(`queues of all lanes work in a program with ${name}`, () =>
    withFolder(async (folder) => {
      const [written, end, errors] = await run(where, folder);
      assertEquals([written, end], [right, 0], errors);
    }));
}

test("queues work in a program whose folder has been removed, as far as the runtime starts any workers there", () =>
  withFolder(async (folder) => {
    const shell = 'mkdir "$DIR/own"; GONE="$DIR/own" exec "$@"';
    const [written, end, errors] = await run({ shell }, folder);
    assertEquals(end, 0, errors);
    // Deno and Node have no `process` in a worker there, and Deno starts no children. Tasks are told so.
    const without = { deno: ["ThreadQueue", "ProcessQueue"], bun: [], node: ["ThreadQueue"] };
    const outcomes = written as Record<string, unknown[]>;
    for (const name of all) {
      const outcome = without[runtime].some((lane) => lane === name)
        ? outcomes[name]!.map((message) => /no such file or directory/i.test(`${message}`))
        : outcomes[name];
      const expected = outcome === outcomes[name] ? right[name] : Array(4).fill(true);
      assertEquals(outcome, expected, name);
    }
  }));

/** Permissions of a program on Deno, and what comes of a sum on each lane. */
const permissions: readonly [string, unknown[]][] = [
  ["", [2, "failed", "failed"]],
  ["--allow-read", [2, 2, "failed"]],
  ["--allow-run", [2, "failed", 2]],
  ["--allow-read --allow-run", [2, 2, 2]],
  ["--allow-all --deny-write --deny-net --deny-env --deny-sys --deny-ffi", [2, 2, 2]],
];
const least = fileURLToPath(new URL("programs/least.ts", import.meta.url));
if (runtime === "deno") {
  for (const [allowed, sums] of permissions) {
    test(`queues do what a program with ${allowed || "no permission"} may, and say what it may not`, async () => {
      // Not by Node's `spawn`, which gives a Deno without permissions all of them.
      const { code, stdout } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--no-prompt", "--no-check", ...allowed.split(" ").filter(Boolean), least],
        stdin: "null",
        stderr: "null",
      }).output();
      const right = Object.fromEntries(all.map((name, n) => [name, sums[n]]));
      assertEquals([code, JSON.parse(new TextDecoder().decode(stdout))], [0, right]);
    });
  }
}
