import { Buffer } from "node:buffer";
import process from "node:process";

/**
 * Writes to this program's standard output, in order.
 *
 * @param pieces What to write.
 * @returns When it has been taken, so that a slow reader slows the writer down.
 */
export async function writeToStdout(pieces: readonly Uint8Array[]): Promise<void> {
  await new Promise<void>((resolve) => {
    // A reader that has gone away is not this program's end.
    process.stdout.write(Buffer.concat(pieces), () => resolve());
  });
}
