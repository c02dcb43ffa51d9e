/**
 * Runs commands side by side and shows the output of each in one piece.
 *
 * @module
 */

/** A command to run. */
export interface Job {
  /** What is printed above its output. */
  readonly heading: string;
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** Environment variables to add. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs jobs, so many at a time. They start and are shown in the order given: the output of the
 * first one that has not ended is shown as it comes, that of later ones is kept until it is their
 * turn.
 *
 * @param jobs the jobs
 * @param atOnce how many run at a time
 * @param write shows output
 * @returns for each job whether it exited with status 0
 */
export async function runJobs(
  jobs: readonly Job[],
  atOnce: number,
  write: (output: Uint8Array) => void,
): Promise<boolean[]> {
  const kept = jobs.map((): Uint8Array[] => []);
  const ended = jobs.map(() => false);
  let shown = -1;
  /** Shows the next job, with what it has written so far; and those after it that have ended. */
  const showNext = () => {
    do {
      shown++;
      for (const output of kept[shown]?.splice(0) ?? []) write(output);
    } while (ended[shown]);
  };

  const succeeded = jobs.map(() => false);
  let next = 0;
  const runInTurn = async () => {
    while (next < jobs.length) {
      const index = next++;
      const job = jobs[index]!;
      const show = (output: Uint8Array) => {
        if (index === shown) write(output);
        else kept[index]!.push(output);
      };
      show(new TextEncoder().encode(`\n== ${job.heading}\n`));
      succeeded[index] = await run(job, show);
      ended[index] = true;
      if (index === shown) showNext();
    }
  };
  showNext();
  await Promise.all(Array.from({ length: atOnce }, runInTurn));
  return succeeded;
}

async function run({ command, env }: Job, show: (output: Uint8Array) => void): Promise<boolean> {
  const [program, ...args] = command;
  const child = new Deno.Command(program!, {
    args,
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const pass = async (stream: ReadableStream<Uint8Array>) => {
    for await (const output of stream) show(output);
  };
  const [{ success }] = await Promise.all([child.status, pass(child.stdout), pass(child.stderr)]);
  return success;
}
