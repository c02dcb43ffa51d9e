/**
 * All that is compared.
 *
 * @module
 */
import type { Contender, Work } from "./work.ts";
import { checkpoints } from "./works/checkpoints.ts";
import { cpu } from "./works/cpu.ts";
import { growth } from "./works/growth.ts";
import { largeResults } from "./works/large_results.ts";
import { noops } from "./works/noops.ts";
import { processPayloads, threadPayloads } from "./works/payloads.ts";
import { priorities } from "./works/priorities.ts";
import { roundTrips } from "./works/round_trips.ts";
import { signals } from "./works/signals.ts";
import { starts } from "./works/starts.ts";
import { stream } from "./works/stream.ts";
import { twoPools } from "./works/two_pools.ts";

/** The works, in the order in which they are reported. */
export const works: readonly Work[] = [
  ...noops,
  ...priorities,
  ...signals,
  stream,
  checkpoints,
  ...roundTrips("thread"),
  ...threadPayloads,
  ...roundTrips("process"),
  ...processPayloads,
  ...largeResults,
  ...cpu,
  ...twoPools,
  ...starts,
  ...growth,
];

/** Finds who does a work. */
export function contenderOf(id: string, name: string): Contender {
  return works.find((work) => work.id === id)!.contenders.find((one) => one.name === name)!;
}
