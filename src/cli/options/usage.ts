import { nearest } from "../../base/suggest.ts";

/** What the user has got wrong, in a message for the user. */
export class UsageError extends Error {
  /** `"UsageError"` */
  override name = "UsageError";
}

/** `. Did you mean 'name'?`, if there is a name near enough. */
export function suggestion(unknown: string, known: Iterable<string>): string {
  const meant = nearest(unknown, known);
  return meant === undefined ? "" : `. Did you mean '${meant}'?`;
}
