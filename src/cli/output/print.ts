import process from "node:process";

/**
 * Prints a text to standard output.
 *
 * @param text The text.
 * @returns The exit status, once it has been taken, or the reader has gone away.
 */
export async function print(text: string): Promise<number> {
  const ignore = () => {};
  process.stdout.on("error", ignore);
  await new Promise<void>((resolve) => {
    try {
      process.stdout.write(`${text}\n`, () => resolve());
    } catch {
      resolve();
    }
  });
  return 0;
}
