import { type Content, wasted } from "./exact.ts";
import { formatBytes, formatCount, formatPath, formatShare } from "./format.ts";
import type { Comparer } from "./comparer.ts";
import type { NearGroup } from "./near.ts";
import { LARGEST_TEXT, type Reading } from "./read.ts";
import type { Walk } from "./walk.ts";

/** So many of each kind are told without being asked. */
const TOLD = 10;

/** What there is to tell; durations are in milliseconds. */
export interface Findings {
  readonly threshold: number;
  readonly listing: Walk & { readonly duration: number };
  readonly reading: Reading & { readonly duration: number };
  readonly comparing: Pick<Comparer, "pairs" | "skipped" | "failures"> & {
    readonly duration: number;
  };
  readonly duplicates: readonly Content[];
  readonly groups: readonly NearGroup[];
}

/**
 * Tells what was done, line by line.
 *
 * @param findings What came of it.
 */
export function* describeStages({ listing, reading, comparing }: Findings): Generator<string> {
  const bytes = reading.files.reduce((sum, { size }) => sum + size, 0);
  const folders = count(listing.folders, "folder");
  yield done("listed", `${count(listing.files.length, "file")} in ${folders}`, listing);
  const files = `${count(reading.files.length, "file")}, ${formatBytes(bytes)}`;
  yield done("hashed", files, reading);
  yield done("compared", count(comparing.pairs, "pair"), comparing);
}

/** A line such as `hashed    12 files, 3.45 kB, 0.67 s (8 skipped)`. */
function done(
  verb: string,
  what: string,
  { duration, skipped = 0 }: { duration: number; skipped?: number },
): string {
  const known = skipped === 0 ? "" : ` (${formatCount(skipped)} skipped)`;
  return `${verb.padEnd(8)}  ${what}, ${(duration / 1000).toFixed(2)} s${known}`;
}

/**
 * Tells what was found, line by line.
 *
 * @param findings What was found.
 * @param all Whether to tell all of it, or only the first of each kind.
 */
export function* describe(findings: Findings, all: boolean): Generator<string> {
  const { duplicates, groups, threshold, listing, reading, comparing } = findings;
  const failures = [listing, reading, comparing].flatMap((stage) => stage.failures)
    .sort((a, b) => a.path < b.path ? -1 : 1);
  const large = listing.files.filter(({ size }) => size > LARGEST_TEXT).length;
  const told = all ? Infinity : TOLD;

  yield* some(duplicates, told, "set of duplicates", (set) => describeDuplicates(set, told));
  yield duplicates.length === 0 ? "No duplicates" : totalOf(duplicates);
  yield "";
  yield* some(groups, told, "group", (group) => describeGroup(group, told));
  const found = groups.length === 0 ? "No" : `${count(groups.length, "group")} of`;
  yield `${found} near-duplicates (${formatShare(threshold)} alike or more)`;
  if (large > 0) {
    yield `${count(large, "file")} above ${formatBytes(LARGEST_TEXT)}: not compared as text`;
  }
  if (failures.length === 0) return;
  yield "";
  yield* some(failures, told, "failure", ({ path, reason }) => [
    `Failed: ${formatPath(path)}`,
    `  ${formatPath(reason)}`,
  ]);
  yield count(failures.length, "failure");
}

/** What there is of a kind, as much of it as is to be told. */
function* some<T>(
  things: readonly T[],
  told: number,
  noun: string,
  describe: (thing: T) => Iterable<string>,
): Generator<string> {
  for (const thing of things.slice(0, told)) yield* describe(thing);
  const more = things.length - told;
  if (more > 0) yield `… and ${count(more, `more ${noun}`)}: --all shows them`;
}

function* describeDuplicates(content: Content, told: number): Generator<string> {
  const { size, copies } = content;
  const copied = `${formatCount(copies.length)} copies of ${count(size, "byte")}`;
  yield `${exactBytes(wasted(content))} wasted: ${copied}`;
  yield* some(copies, told, "file", function* ([path, ...links]) {
    yield `  ${formatPath(path)}`;
    for (const link of links) yield `    hard link: ${formatPath(link)}`;
  });
}

function* describeGroup({ first, others }: NearGroup, told: number): Generator<string> {
  yield `Similar to ${oneOf(first)}`;
  yield* some(others, told, "file", ({ content, similarity }) => [
    `  ${formatShare(similarity).padStart(5)}  ${oneOf(content)}`,
  ]);
}

function totalOf(duplicates: readonly Content[]): string {
  let files = 0;
  let bytes = 0;
  for (const content of duplicates) {
    files += content.copies.length;
    bytes += wasted(content);
  }
  const found = `${count(duplicates.length, "set")} of duplicates`;
  return `${exactBytes(bytes)} wasted by ${count(files, "file")} in ${found}`;
}

/** The path that stands for a content, and how many more there are. */
function oneOf({ copies: [[path], ...more] }: Content): string {
  return formatPath(path) + (more.length === 0 ? "" : ` (+ ${count(more.length, "duplicate")})`);
}

function exactBytes(bytes: number): string {
  return count(bytes, "byte") + (bytes < 1000 ? "" : ` (${formatBytes(bytes)})`);
}

function count(number: number, noun: string): string {
  const plural = noun.includes(" of ") ? noun.replace(" of ", "s of ") : `${noun}s`;
  return `${formatCount(number)} ${number === 1 ? noun : plural}`;
}
