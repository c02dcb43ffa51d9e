/**
 * Ways to break the library, by the kind of programs that show them.
 *
 * @module
 */
import type { Change, Mutation } from "../mutate.ts";

const breaks =
  (kind: Mutation["kind"]) =>
  (name: string, where: string, edit: Change["edit"], also?: Change): Mutation => ({
    ...{ name, kind, changes: also === undefined ? [{ where, edit }] : [{ where, edit }, also] },
  });

export const anywhere = breaks(undefined);
export const onEventLoop = breaks("event loop");
export const onThreads = breaks("threads");
export const onProcesses = breaks("processes");
export const onFailingStarts = breaks("failing starts");
