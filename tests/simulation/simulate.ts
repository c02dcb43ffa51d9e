/**
 * One seed, one program, one history, one judgement.
 *
 * @module
 */
import { type Kind, programOf } from "./author.ts";
import { judge, type Violation } from "./checker.ts";
import type { History } from "./history.ts";
import type { Program } from "./program.ts";
import { shrink } from "./shrink.ts";
import { carryOut } from "./world.ts";

/** After how many histories it is told how many there have been. */
const TELL_EVERY = 20;

/** A program that shows that a rule is broken. */
export interface Finding {
  readonly program: Program;
  readonly history: History;
  readonly violation: Violation;
}

/**
 * Simulates the programs of seeds one after the other, to the first that shows that a rule is broken.
 *
 * @param from the first seed
 * @param count how many
 * @param kind of what kind the programs are; by chance unless said
 * @param tell called now and then with how many have been simulated since the last call
 * @returns what was found, if anything was
 */
export async function sweep(
  from: number,
  count: number,
  kind?: Kind,
  tell: (histories: number) => void = () => {},
): Promise<Finding | undefined> {
  const { stackTraceLimit } = Error;
  let untold = 0;
  for (let seed = from; seed < from + count; seed++) {
    const program = programOf(seed, kind);
    // Stacks are a tenth of the time that a history takes.
    Error.stackTraceLimit = 0;
    const finding = await examine(program);
    Error.stackTraceLimit = stackTraceLimit;
    // Once more, with what a stack tells.
    if (finding !== undefined) return await examine(program) ?? finding;
    if (++untold < TELL_EVERY) continue;
    tell(untold);
    untold = 0;
  }
  tell(untold);
  return undefined;
}

/**
 * Finds a smaller program that fails too.
 *
 * @param finding what was found
 * @returns what the smallest program shows
 */
export async function reduce(finding: Finding): Promise<Finding> {
  let smallest = finding;
  await shrink(finding.program, async (program) => {
    const found = await examine(program);
    // Another rule that is broken is another matter.
    if (found === undefined || found.violation.rule !== finding.violation.rule) return false;
    smallest = found;
    return true;
  });
  return smallest;
}

async function examine(program: Program): Promise<Finding | undefined> {
  const history = await carryOut(program);
  const violation = judge(history);
  return violation && { program, history, violation };
}
