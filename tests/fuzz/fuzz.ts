/**
 * Reads changed messages, and sees that nothing comes of it but defined errors.
 *
 * @module
 */
import { Random } from "../random.ts";
import { targets } from "./targets.ts";

/** What messages must not change. */
const prototypes = [Object, Array, Function, Error, AggregateError, Map, Set, Promise].map(
  ({ prototype }) => prototype as object,
);
const before = prototypes.map(ownKeys);

function ownKeys(object: object): string {
  return Reflect.ownKeys(object).map(String).join();
}

/**
 * Changes so many messages and has each read.
 *
 * @param name What reads them.
 * @param count How many.
 * @param seed Repeats what an earlier call did.
 * @throws What a reader throws that it may not; says which seed shows it.
 */
export async function fuzz(name: string, count: number, seed: number): Promise<void> {
  try {
    await targets[name]!(count, new Random(seed));
    for (const [i, prototype] of prototypes.entries()) {
      if (ownKeys(prototype) !== before[i]) throw new Error("A prototype has been changed");
    }
  } catch (cause) {
    throw new Error(`Messages for '${name}' did harm: seed ${seed}, ${count} messages`, { cause });
  }
}
