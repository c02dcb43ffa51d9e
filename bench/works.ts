/**
 * All that is compared.
 *
 * @module
 */
import type { Work } from "./work.ts";
import { cpu } from "./works/cpu.ts";
import { noops } from "./works/noops.ts";
import { priorities } from "./works/priorities.ts";
import { roundTrips } from "./works/round_trips.ts";
import { signals } from "./works/signals.ts";
import { starts } from "./works/starts.ts";
import { stream } from "./works/stream.ts";

/** The works, in the order in which they are reported. */
export const works: readonly Work[] = [
  ...noops,
  ...priorities,
  ...signals,
  stream,
  ...roundTrips,
  ...cpu,
  ...starts,
];
