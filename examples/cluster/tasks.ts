/**
 * The tasks of the example: the same file on every machine.
 *
 * @module
 */
import { currentTask, defineTasks } from "@trilane/trilane/cluster";

export const { prime } = defineTasks(import.meta.url, {
  /** Finds the first prime number from `from` on, which keeps a processor busy for a while. */
  prime(from: number): number {
    const task = currentTask();
    for (let n = from;; n++) {
      task.throwIfCancelled();
      if (isPrime(n)) return n;
    }
  },
});

function isPrime(n: number): boolean {
  for (let divisor = 2; divisor * divisor <= n; divisor++) if (n % divisor === 0) return false;
  return n > 1;
}
