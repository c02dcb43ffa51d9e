import { now } from "./now.ts";

/**
 * Asks for something again and again until it is there.
 *
 * @param ms How long, in milliseconds, at the most.
 * @param poll Asks for it once; `undefined` if it isn't there.
 * @returns What was asked for; `undefined` if it didn't come in time.
 */
export function spinFor<T>(ms: number, poll: () => T | undefined): T | undefined {
  const until = now() + ms;
  for (;;) {
    const found = poll();
    if (found !== undefined || now() >= until) return found;
  }
}
