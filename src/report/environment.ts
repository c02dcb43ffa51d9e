/** The little of `process` that Deno, Bun and Node all have, and browsers don't. */
interface HostProcess {
  readonly argv?: readonly string[];
  readonly versions?: Readonly<Record<string, string>>;
}

/**
 * What a reader should know of a run before its figures.
 *
 * @param startedAt When it started, on the `performance.now()` time line, in milliseconds.
 * @returns By label: when it started, the program and the runtime, as far as they are known here.
 */
export function environment(startedAt: number): Record<string, string> {
  const started = new Date(performance.timeOrigin + startedAt).toISOString();
  const { process, navigator } = globalThis as {
    readonly process?: HostProcess;
    readonly navigator?: { readonly userAgent?: string };
  };
  // Its folder is the business of nobody who gets the report.
  const program = process?.argv?.[1]?.split(/[\\/]/).at(-1);
  const agent = navigator?.userAgent?.replace("/", " ");
  return {
    Started: `${started.slice(0, 10)} ${started.slice(11, 19)} UTC`,
    ...(program !== undefined && program !== "" && { Program: program }),
    ...(agent !== undefined && { Runtime: agent }),
  };
}
