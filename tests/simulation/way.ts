/**
 * How messages go between a pool and a simulated worker.
 *
 * @module
 */
import type { Clock } from "../../mod.ts";
import {
  ERROR,
  type UpMessage,
  VALUES,
  VALUES_FIELDS,
} from "../../src/lanes/pool/wire/protocol.ts";

/** A way for messages that keeps their order. */
export class Way<M> {
  /** What is on its way. */
  readonly messages: M[] = [];
  #free = 0;
  #lost = 0;

  readonly clock: Clock;
  readonly arrive: (message: M) => void;

  constructor(clock: Clock, arrive: (message: M) => void) {
    this.clock = clock;
    this.arrive = arrive;
  }

  send(message: M, ms: number): void {
    this.messages.push(message);
    const now = this.clock.now();
    this.#free = Math.max(this.#free, now + ms);
    this.clock.setTimer(() => {
      if (this.#lost > 0) this.#lost--;
      else this.arrive(this.messages.shift()!);
    }, this.#free - now);
  }

  /** Loses all that is on its way. */
  lose(): M[] {
    this.#lost += this.messages.length;
    return this.messages.splice(0);
  }

  /** When the last message has arrived. */
  get wait(): number {
    return this.messages.length === 0 ? 0 : Math.max(0, this.#free - this.clock.now());
  }
}

/** Whether a value can be sent: all can but functions. */
export function isSendable(value: unknown): boolean {
  return typeof value !== "function";
}

/** The tasks whose ends a message tells. */
export function ticketsOf(message: UpMessage): number[] {
  if (message[0] === ERROR) return [message[1]];
  if (message[0] !== VALUES) return [];
  const tickets: number[] = [];
  for (let i = 1; i < message.length; i += VALUES_FIELDS) tickets.push(message[i] as number);
  return tickets;
}
