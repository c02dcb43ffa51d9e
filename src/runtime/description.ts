/** The little that Deno, Bun and Node all have, and browsers have in part. */
interface Host {
  readonly process?: { readonly argv?: readonly string[] };
  readonly navigator?: { readonly userAgent?: string };
}

/**
 * What a reader of a report should know of the program, as far as it is known here.
 *
 * @returns The name of the program's main file, without its folder, which is the business of nobody who gets a report; and
 * the runtime with its version.
 */
export function describeProgram(): { readonly program?: string; readonly runtime?: string } {
  const { process, navigator } = globalThis as Host;
  const program = process?.argv?.[1]?.split(/[\\/]/).at(-1);
  const agent = navigator?.userAgent?.replace("/", " ");
  return {
    ...(program !== undefined && program !== "" && { program }),
    ...(agent !== undefined && { runtime: agent }),
  };
}
