import { Buffer } from "node:buffer";
import process from "node:process";
import { setImmediate } from "node:timers";

const ignore = () => {};
/** How many writes are under way. */
let writing = 0;

/**
 * Writes to this program's standard output, in order.
 *
 * @param pieces What to write.
 * @returns When it has been taken, so that a slow reader slows the writer down.
 */
export async function writeToStdout(pieces: readonly Uint8Array[]): Promise<void> {
  const { stdout } = process;
  // A reader that has gone away is not this program's end, as it would be without a listener.
  if (writing++ === 0) stdout.on("error", ignore);
  await new Promise<void>((resolve) => {
    try {
      stdout.write(Buffer.concat(pieces), () => resolve());
    } catch {
      // Deno throws where others call back, as when a disk is full.
      resolve();
    }
  });
  // The listeners are told of a failure after who has written.
  setImmediate(() => {
    if (--writing === 0) stdout.off("error", ignore);
  });
}
