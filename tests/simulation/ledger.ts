/**
 * The attempts that a simulated worker was sent: which have begun and how they ended, as it and its pool know from memory that
 * they share.
 *
 * @module
 */
import type { PoolClaims, WorkerClaims } from "../../src/lanes/pool/wire/claims.ts";
import type { WorkerJournal } from "../../src/lanes/pool/wire/journal.ts";
import type { SentAttempt } from "../../src/lanes/pool/wire/run_message.ts";
import type { Happening } from "./history.ts";
import type { Memory } from "./memory.ts";

/** The worker whose attempts they are. */
export interface Holder {
  readonly number: number;
  /** Whether nothing that it does has an effect any more. */
  readonly dead: boolean;
  note(happening: Happening): void;
  /** Does something once its task yields. */
  whenFree(act: () => void): void;
  /** Sets a timer of the worker's, which goes with it. */
  after(ms: number, then: () => void): void;
}

/** The attempts of a worker, and its claims to them as both sides see them. */
export class Ledger implements PoolClaims, WorkerClaims {
  /** Where it notes results for its pool to read. */
  readonly journal: WorkerJournal;
  /** The one that it has begun. */
  current: SentAttempt | undefined;
  /** Called when that is told to stop by memory that is shared. */
  onInterrupt: (() => void) | undefined;
  readonly #memory: Memory;
  readonly #holder: Holder;
  /** Those that it was sent and has not begun, by ticket. */
  readonly #sent = new Map<number, SentAttempt>();
  /** Those that it has begun, by ticket. */
  readonly #begun = new Map<number, SentAttempt>();
  /** Those whose results are in the journal. */
  readonly #noted = new Set<number>();

  constructor(memory: Memory, holder: Holder) {
    this.#memory = memory;
    this.#holder = holder;
    this.journal = this.#workerJournal();
  }

  // What the pool does

  /** It is sent one. */
  sent(job: SentAttempt): void {
    const { ticket, order: task, attempt } = job;
    this.#sent.set(ticket, job);
    this.#holder.note({ is: "sent", task, attempt, worker: this.#holder.number });
  }

  send(ticket: number): void {
    this.#memory.claims.send(ticket);
  }

  withdraw(ticket: number): boolean {
    if (!this.#memory.claims.withdraw(ticket)) return false;
    const job = this.#sent.get(ticket);
    // With its worker's end it was told of.
    if (job !== undefined) this.#takenBack(job);
    return true;
  }

  hasBegun(ticket: number): boolean {
    return this.#memory.claims.hasBegun(ticket);
  }

  interrupt(ticket: number): boolean {
    const touched = this.#memory.claims.interrupt(ticket);
    const { onInterrupt } = this;
    if (onInterrupt !== undefined && this.current?.ticket === ticket) {
      this.#holder.after(0, onInterrupt);
    }
    return touched;
  }

  // What the worker does

  begin(ticket: number): boolean {
    if (this.#holder.dead || !this.#memory.claims.begin(ticket)) return false;
    const job = this.#sent.get(ticket)!;
    this.#sent.delete(ticket);
    this.#begun.set(ticket, job);
    this.current = job;
    const { order: task, attempt } = job;
    this.#holder.note({ is: "begins", task, attempt, worker: this.#holder.number });
    return true;
  }

  touch(ticket: number): void {
    if (this.#holder.dead) return;
    this.#memory.claims.touch(ticket);
    const { order: task, attempt } = this.#begun.get(ticket)!;
    this.#holder.note({ is: "touched", task, attempt });
  }

  isInterrupted(ticket: number): boolean {
    return this.#memory.claims.isInterrupted(ticket);
  }

  #workerJournal(): WorkerJournal {
    const { journal } = this.#memory;
    return {
      note: (ticket, value, took) => {
        if (this.#holder.dead || !journal.note(ticket, value, took)) return false;
        this.#noted.add(ticket);
        this.#tell("noted", ticket);
        return true;
      },
      clear: () =>
        this.#holder.whenFree(() => {
          for (const ticket of this.#noted) this.#tell("on its way", ticket);
          this.#noted.clear();
          journal.clear();
        }),
    };
  }

  // What becomes of them

  /** The one that has begun ends. */
  ends(how: "value" | "throw" | "crash" | "stopped"): void {
    const { order: task, attempt } = this.current!;
    this.current = undefined;
    this.#holder.note({ is: "ends", task, attempt, how });
  }

  /** The pool has been told how some ended. */
  told(tickets: readonly number[]): void {
    for (const ticket of tickets) this.#tell("told", ticket);
  }

  /** A message got lost that told how some ended. */
  lost(tickets: readonly number[]): void {
    for (const ticket of tickets) if (!this.#noted.has(ticket)) this.#tell("lost", ticket);
  }

  /** Those that have not begun never will. */
  takeBack(): void {
    for (const job of this.#sent.values()) if (!this.hasBegun(job.ticket)) this.#takenBack(job);
  }

  #tell(is: "noted" | "on its way" | "told" | "lost", ticket: number): void {
    const { order: task, attempt } = this.#begun.get(ticket)!;
    this.#holder.note({ is, task, attempt });
  }

  #takenBack({ ticket, order: task }: SentAttempt): void {
    this.#sent.delete(ticket);
    this.#holder.note({ is: "taken back", task, worker: this.#holder.number });
  }
}
