import { assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { retryDelay } from "../../../src/engine/retry.ts";
import { resolveTaskOptions, type TaskOptions } from "../../../src/task/options.ts";
import { test } from "../../harness.ts";

const failure = new Error("failure");

function delayOf(options: TaskOptions, attempt = 1, error: unknown = failure): number {
  return retryDelay(resolveTaskOptions(options), attempt, error);
}

/** Calls back with chance decided. */
function withChance<T>(chance: number, body: () => T): T {
  const { random } = Math;
  Math.random = () => chance;
  try {
    return body();
  } finally {
    Math.random = random;
  }
}

const delays = fc.integer({ min: 1, max: 100_000 });
const backoffs = fc.double({ min: 0.5, max: 4, noNaN: true });
const attempts = fc.integer({ min: 1, max: 30 });
const shares = fc.double({ min: 0, max: 1, noNaN: true });
/** What `Math.random()` may give. */
const chances = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test("retry: the delay is multiplied by backoff after each retry, up to the limit", () => {
  fc.assert(
    fc.property(delays, backoffs, attempts, delays, (first, backoff, attempt, maxRetryDelay) => {
      let expected = first;
      for (let i = 1; i < attempt; i++) expected *= backoff;
      const options = { retryDelay: first, backoff };
      assertAlmostEquals(delayOf(options, attempt) / expected, 1, 1e-9);
      expected = Math.min(expected, maxRetryDelay);
      assertAlmostEquals(delayOf({ ...options, maxRetryDelay }, attempt) / expected, 1, 1e-9);
    }),
  );
});

test("retry: some delays", () => {
  const delaysOf = (options: TaskOptions) => [1, 2, 3, 4].map((n) => delayOf(options, n));
  assertEquals(delaysOf({}), [0, 0, 0, 0]);
  assertEquals(delaysOf({ retryDelay: 100 }), [100, 100, 100, 100]);
  assertEquals(delaysOf({ retryDelay: 100, backoff: 2 }), [100, 200, 400, 800]);
  assertEquals(delaysOf({ retryDelay: 100, backoff: 3, maxRetryDelay: 500 }), [100, 300, 500, 500]);
  assertEquals(delaysOf({ retryDelay: 100, maxRetryDelay: 0 }), [0, 0, 0, 0]);
  assertEquals(delaysOf({ backoff: 2, jitter: 1, maxRetryDelay: 10 }), [0, 0, 0, 0]);
});

test("retry: many attempts don't overflow the limit or make no number of nothing", () => {
  assertEquals(delayOf({ retryDelay: 10, backoff: 2, maxRetryDelay: 5000 }, 5000), 5000);
  assertEquals(delayOf({ backoff: 2 }, 5000), 0);
});

test("retry: jitter leaves that share of the delay to chance", () => {
  fc.assert(
    fc.property(delays, shares, chances, attempts, (first, jitter, chance, attempt) => {
      const options = { retryDelay: first, backoff: 2, maxRetryDelay: 5000 };
      const whole = delayOf(options, attempt);
      const delay = withChance(chance, () => delayOf({ ...options, jitter }, attempt));
      assertAlmostEquals(delay, whole * (1 - jitter * chance), 1e-6);
    }),
  );
  withChance(0.5, () => {
    assertEquals(delayOf({ retryDelay: 100, jitter: 0 }), 100);
    assertEquals(delayOf({ retryDelay: 100, jitter: 0.5 }), 75);
    assertEquals(delayOf({ retryDelay: 100, jitter: 1 }), 50);
  });
});

test("retry: a delay with jitter is from delay * (1 - jitter) to delay", () => {
  fc.assert(
    fc.property(delays, shares, (retryDelay, jitter) => {
      const delay = delayOf({ retryDelay, jitter });
      return delay <= retryDelay && delay >= retryDelay * (1 - jitter) * (1 - 1e-12);
    }),
  );
});

test("retry: an error's retryAfter overrides all else", () => {
  const options = { retryDelay: 100, backoff: 2, jitter: 1, maxRetryDelay: 200 };
  for (const retryAfter of [0, 7, 1000]) {
    assertEquals(delayOf(options, 3, Object.assign(new Error(), { retryAfter })), retryAfter);
    assertEquals(delayOf({}, 1, { retryAfter }), retryAfter);
  }
});

test("retry: a retryAfter without end waits for the longest delay that is allowed", () => {
  assertEquals(delayOf({ maxRetryDelay: 200 }, 1, { retryAfter: Infinity }), 200);
  assertEquals(delayOf({}, 1, { retryAfter: Infinity }), Infinity);
});

test("retry: what is no retryAfter is ignored", () => {
  for (const retryAfter of [undefined, null, "5", NaN, -1, {}]) {
    assertEquals(delayOf({ retryDelay: 100 }, 1, { retryAfter }), 100);
  }
  for (const error of [undefined, null, "failure", 5, Symbol("failure")]) {
    assertEquals(delayOf({ retryDelay: 100 }, 1, error), 100);
  }
});
