import { Console } from "node:console";
import process from "node:process";

/** The real standard output while what others write to it goes elsewhere. */
export interface DivertedStdout {
  /**
   * Writes to it.
   *
   * @param text What to write.
   * @param done Called when it has been taken, or with why it hasn't.
   */
  write(text: string, done: (error?: Error | null) => void): void;
  /** Makes all as it was. */
  restore(): void;
}

/**
 * Sends to standard error what this thread writes to standard output, by `console` or `process.stdout`, until it is
 * restored.
 *
 * @returns The one way to standard output that is left.
 */
export function divertStdout(): DivertedStdout {
  const { stdout, stderr } = process;
  const { console } = globalThis;
  const write = stdout.write;
  const real = write.bind(stdout);
  // Who takes over standard error later takes this over, too.
  stdout.write = ((...args: Parameters<typeof write>) => stderr.write(...args)) as typeof write;
  globalThis.console = new Console({ stdout: stderr, stderr }) as typeof console;
  // A failure is told to `done`; without a listener it would end the program as well.
  const ignore = () => {};
  stdout.on("error", ignore);
  return {
    write(text, done) {
      try {
        real(text, done);
      } catch (error) {
        // Deno throws where others call back, as when a disk is full.
        done(error as Error);
      }
    },
    restore() {
      stdout.write = write;
      stdout.off("error", ignore);
      globalThis.console = console;
    },
  };
}
