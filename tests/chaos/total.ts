import type { Report } from "./round.ts";

/** What the rounds in one lane come to. */
export class Total {
  readonly faults: string[] = [];
  rounds = 0;
  readonly #title: string;
  readonly #from = performance.now();
  readonly #outcomes = { succeeded: 0, failed: 0, cancelled: 0 };
  readonly #kills = new Map<string, number>();
  #tasks = 0;
  #attempts = 0;

  constructor(title: string) {
    this.#title = title;
  }

  add({ tasks, attempts, outcomes, kills, faults }: Report): void {
    this.rounds++;
    this.#tasks += tasks;
    this.#attempts += attempts;
    for (const status of ["succeeded", "failed", "cancelled"] as const) {
      this.#outcomes[status] += outcomes[status];
    }
    for (const [kind, count] of kills) {
      this.#kills.set(kind, (this.#kills.get(kind) ?? 0) + count);
    }
    this.faults.push(...faults);
  }

  get seconds(): number {
    return (performance.now() - this.#from) / 1000;
  }

  /** How many workers were killed. */
  get killed(): number {
    return [...this.#kills.values()].reduce((sum, count) => sum + count, 0);
  }

  /** In a line. */
  get progress(): string {
    return `${this.#title}: ${this.rounds} rounds, ${this.#tasks} tasks, ${this.killed} kills, ` +
      `${this.faults.length} faults, ${this.seconds.toFixed(0)} s`;
  }

  /** In a table. */
  toString(): string {
    const { succeeded, failed, cancelled } = this.#outcomes;
    const row = (label: string, count: number) =>
      `  ${label.padEnd(24)}${String(count).padStart(8)}`;
    return [
      this.progress,
      row("tasks succeeded", succeeded),
      row("tasks failed", failed),
      row("tasks cancelled", cancelled),
      row("attempts", this.#attempts),
      row("workers killed", this.killed),
      ...[...this.#kills].sort(([, a], [, b]) => b - a).map(([kind, count]) =>
        row(`- ${kind}`, count)
      ),
      row("faults", this.faults.length),
    ].join("\n");
  }
}
