/** What is under way comes in within a turn of the event loop; of a large message a part may come in each. */
const QUIET_TURNS = 2;
/** A worker that never stops talking is not waited for. */
const MAX_TURNS = 50;

/**
 * Lets the event loop bring what has been sent to this program, until nothing more comes.
 *
 * @param count How much has come.
 */
export async function untilQuiet(count: () => number): Promise<void> {
  let quiet = 0;
  for (let turn = 0; turn < MAX_TURNS && quiet < QUIET_TURNS; turn++) {
    const before = count();
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
    if (count() === before) quiet++;
    else quiet = 0;
  }
}
