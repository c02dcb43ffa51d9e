/**
 * Memory that a pool and its simulated workers share, used again for later ones: it is large for what a program takes.
 *
 * @module
 */
import { Claims } from "../../src/lanes/pool/wire/claims.ts";
import { Journal } from "../../src/lanes/pool/wire/journal.ts";

/** The memory that a worker shares with its pool. */
export interface Memory {
  readonly claims: Claims;
  readonly journal: Journal;
  /** Nobody uses it any more. */
  giveBack(): void;
}

const free: Memory[] = [];

/** Memory that nobody uses. */
export function lendMemory(): Memory {
  return free.pop() ?? make();
}

function make(): Memory {
  const claims = new Claims();
  const journal = new Journal();
  const memory: Memory = {
    claims,
    journal,
    giveBack() {
      new Int32Array(claims.buffer).fill(0);
      journal.clear();
      free.push(memory);
    },
  };
  return memory;
}
