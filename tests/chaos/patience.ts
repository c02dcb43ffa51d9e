import { delay } from "@std/async";
/** So often a condition is looked at, far more than any takes to come true. */
const LOOKS = 6_000;

/**
 * Waits for a condition, for a minute at least from the last progress on: on a machine that has much else to do
 * it may take any time.
 *
 * @param condition what to wait for
 * @param progress a number that changes with each step towards it
 * @returns Whether it came true.
 */
export async function soon(
  condition: () => boolean,
  progress: () => number = () => 0,
): Promise<boolean> {
  let seen = progress();
  for (let looks = 0; looks < LOOKS; looks++) {
    if (condition()) return true;
    await delay(10);
    if (progress() !== seen) looks = 0;
    seen = progress();
  }
  return condition();
}
