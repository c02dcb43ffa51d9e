/**
 * Findings as text.
 *
 * @module
 */
import { inspect } from "node:util";
import type { Event } from "./history.ts";
import { RULES } from "./rules.ts";
import { PLAIN } from "./shrink.ts";
import { type Finding, reduce } from "./simulate.ts";

/** How many of the last events are printed. */
const TAIL = 60;

/**
 * Tells of a finding what someone needs to understand it.
 *
 * @param finding what was found
 * @returns what is wrong, the smallest program that shows it and the end of its history
 */
export async function describe(finding: Finding): Promise<string> {
  const { program, history, violation } = await reduce(finding);
  const { seed, drawnAs } = program;
  const { rule, message, index } = violation;
  return [
    `Seed ${seed}, rule "${rule}": ${message}`,
    RULES[rule],
    `The program, without what is plain: ${inspect(brief(program), { depth: Infinity })}`,
    "What happened before:",
    ...history.slice(0, index + 1)
      .filter(({ is }) => is !== "listened")
      .slice(-TAIL)
      .map(line),
    `Again: deno task sim --seeds 1 --from ${seed} --kind '${drawnAs}'`,
  ].join("\n");
}

function line(event: Event): string {
  const { at, wall: _wall, is, queue, ...rest } = event;
  const head = `${String(at).padStart(8)} ${queue < 0 ? " " : queue} ${is}`;
  if (is === "opened") return head;
  if (event.is === "still") {
    return `${head} ${JSON.stringify({ ...event.stats, ...countsOf(event) })}`;
  }
  const { script: _script, ...told } = { script: undefined, ...rest };
  return `${head} ${inspect(told, { depth: 3, breakLength: Infinity })}`;
}

function countsOf({ timers, idleTimers, calm }: Event & { is: "still" }): object {
  return { timers, idleTimers, calm };
}

/** A program without what is plain, for reading. */
function brief(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(brief);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, part]) => isObject(part) ? !isEmpty(part) : PLAIN[key] !== part)
      .map(([key, part]) => [key, brief(part)]),
  );
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isEmpty(value: object): boolean {
  return Array.isArray(value) && value.length === 0;
}
