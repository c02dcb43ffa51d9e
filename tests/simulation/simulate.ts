/**
 * One seed, one program, one history, one judgement.
 *
 * @module
 */
import { judge, type Violation } from "./checker.ts";
import type { History } from "./history.ts";
import { type Program, programOf } from "./program.ts";
import { shrink } from "./shrink.ts";
import { carryOut } from "./world.ts";

/** A program that shows that a guarantee doesn't hold. */
export interface Finding {
  readonly program: Program;
  readonly history: History;
  readonly violation: Violation;
}

/**
 * Simulates the programs of seeds one after the other, to the first that shows that a guarantee doesn't hold.
 *
 * @param from the first seed
 * @param count how many
 * @param tell called now and then with how many have been simulated since the last call
 * @returns what was found, if anything was
 */
export async function sweep(
  from: number,
  count: number,
  tell: (histories: number) => void = () => {},
): Promise<Finding | undefined> {
  let untold = 0;
  for (let seed = from; seed < from + count; seed++) {
    const finding = await examine(programOf(seed));
    if (finding !== undefined) return finding;
    if (++untold < 250) continue;
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
  const notCarriedOut = finding.violation.guarantee === 0;
  let smallest = finding;
  await shrink(finding.program, async (program) => {
    const found = await examine(program);
    // What can't be carried out is another matter than what breaks a guarantee.
    if (found === undefined || (found.violation.guarantee === 0) !== notCarriedOut) return false;
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
