/**
 * The worker's side of claims or a journal, on a thread of its own: to be raced against.
 *
 * @module
 */
import { Claims } from "../../../../../src/lanes/pool/wire/claims.ts";
import { Journal } from "../../../../../src/lanes/pool/wire/journal.ts";
import { until } from "./race.ts";

/** What the worker is to do. */
export type Race =
  | { kind: "claims"; buffer: SharedArrayBuffer; go: Int32Array; rounds: number }
  | { kind: "journal"; buffer: SharedArrayBuffer; go: Int32Array; rounds: number };

const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<Race>) => void;
  postMessage(data: unknown): void;
};

scope.onmessage = ({ data }) =>
  scope.postMessage(data.kind === "claims" ? raceClaims(data) : raceJournal(data));

/** In each round begins each of 8 tasks; returns how many of them it has begun. */
function raceClaims({ buffer, go, rounds }: Race): Int32Array {
  const claims = new Claims(buffer);
  const begun = new Int32Array(rounds * 8);
  for (let round = 0; round < rounds; round++) {
    until(() => Atomics.load(go, 0) > round);
    for (let i = 0; i < 8; i++) {
      if (claims.begin(round * 8 + i)) begun[round * 8 + i] = 1;
    }
    Atomics.store(go, 1, round + 1);
  }
  return begun;
}

/** Notes and clears, again and again, results whose value and time tell their order. */
function raceJournal({ buffer, go, rounds }: Race): number {
  const journal = new Journal(buffer);
  let order = 0;
  for (let round = 0; round < rounds; round++) {
    const count = 1 + round % 64;
    for (let i = 0; i < count; i++) {
      order++;
      const value = [order, `text ${order}`, BigInt(order)][order % 3];
      if (!journal.note(order, value, order)) throw order;
    }
    journal.clear();
  }
  Atomics.store(go, 0, 1);
  return order;
}
