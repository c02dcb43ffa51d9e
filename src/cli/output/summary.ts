import type { Outcome } from "./outcome.ts";

/** How the inputs ended, in numbers. */
export class Summary {
  succeeded = 0;
  failed = 0;
  cancelled = 0;
  /** How many succeeded in an earlier run. */
  #earlier = 0;
  readonly #from = performance.now();

  get total(): number {
    return this.succeeded + this.failed + this.cancelled;
  }

  add({ status, attempts }: Outcome): void {
    this[status]++;
    if (status === "succeeded" && attempts === 0) this.#earlier++;
  }

  /**
   * Makes the last line.
   *
   * @param retried How many retries there were.
   * @param interrupted Whether the user has ended the run.
   * @returns The line.
   */
  text(retried: number, interrupted: boolean): string {
    const { total, succeeded, failed, cancelled } = this;
    const seconds = (performance.now() - this.#from) / 1000;
    const earlier = this.#earlier > 0 ? ` (${count(this.#earlier)} earlier)` : "";
    const counts = [`${count(succeeded)} succeeded${earlier}`, `${count(failed)} failed`];
    if (cancelled > 0) counts.push(`${count(cancelled)} cancelled`);
    if (retried > 0) counts.push(`${count(retried)} retried`);
    const inputs = total === 1 ? "1 input" : `${count(total)} inputs`;
    const end = interrupted ? ", interrupted" : "";
    return `${inputs}: ${counts.join(", ")} in ${seconds.toFixed(2)} s${end}`;
  }
}

function count(number: number): string {
  return number.toLocaleString("en");
}
