import { sleepSync } from "./sleep.ts";

/** How long to wait for a pipe that could not be used without waiting. */
const PAUSE_MS = 1;

/**
 * Reads from or writes to a pipe. It says that it would have blocked when someone who has it too has made it so.
 *
 * @param operation Reads or writes; says how many bytes.
 * @returns How many; 0 at the end.
 */
export function retrying(operation: () => number): number {
  for (;;) {
    try {
      return operation();
    } catch (error) {
      if (isEnd(error)) return 0;
      if (!wouldBlock(error)) throw error;
      sleepSync(PAUSE_MS);
    }
  }
}

/**
 * The same while the event loop runs.
 *
 * @param operation Reads or writes; says how many bytes.
 * @returns How many; 0 at the end.
 */
export async function retryingLater(operation: () => Promise<number>): Promise<number> {
  for (;;) {
    try {
      return await operation();
    } catch (error) {
      if (isEnd(error)) return 0;
      if (!wouldBlock(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

function isEnd(error: unknown): boolean {
  return (error as { code?: string }).code === "EOF";
}

function wouldBlock(error: unknown): boolean {
  const { code, name } = error as { code?: string; name?: string };
  return code === "EAGAIN" || name === "WouldBlock";
}
