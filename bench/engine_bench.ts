/**
 * What the engine costs: the queues of `noops.ts` side by side.
 *
 * @module
 */
import { type Contender, oneByOne, together } from "./noops.ts";

const TASKS = 100_000;

function bench(group: string, contenders: readonly Contender[]): void {
  for (const [index, { name, run }] of contenders.entries()) {
    Deno.bench({
      name,
      group,
      baseline: index === 0,
      fn: async () => void await run(TASKS),
    });
  }
}

bench("100,000 async no-ops, not awaited one by one", together);
bench("100,000 async no-ops, awaited one by one", oneByOne);
