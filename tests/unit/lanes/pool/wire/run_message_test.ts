import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  attemptsOf,
  RunMessageWriter,
  type SentAttempt,
} from "../../../../../src/lanes/pool/wire/run_message.ts";
import { encodeValue } from "../../../../../src/lanes/pool/wire/values.ts";
import { test } from "../../../../harness.ts";

// Few of most, so that several in a row have the same, and tickets that often count up.
const sent: fc.Arbitrary<SentAttempt[]> = fc.array(fc.record({
  order: fc.nat(),
  ticket: fc.oneof(fc.constant(-1), fc.nat()),
  reference: fc.nat({ max: 1 }),
  attempt: fc.integer({ min: 1, max: 2 }),
  name: fc.constantFrom("", "resize", "hash"),
  args: fc.array(
    fc.oneof(
      fc.anything({ withNullPrototype: false, withObjectString: false }),
      // A value with an error in it is sent in another form.
      fc.string().map((message) => ({ inner: [new TypeError(message)] })),
    ),
    { maxLength: 2 },
  ),
})).map((sent) => {
  let last = 0;
  return sent.map((job) => {
    last = job.ticket === -1 ? last + 1 : job.ticket;
    // Tickets name attempts, of which some are part of traces.
    return { ...job, ticket: last, traceparent: last % 3 === 0 ? `00-${last}` : undefined };
  });
});

test("run message: what was written is read", () => {
  fc.assert(
    fc.property(sent, (sent) => {
      const writer = new RunMessageWriter();
      for (const job of sent) writer.add(job, encodeValue(job.args));
      assertEquals(attemptsOf(structuredClone(writer.message)), structuredClone(sent));
    }),
    { numRuns: 300 },
  );
});

test("run message: tasks that have all but their arguments in common take two fields each", () => {
  const writer = new RunMessageWriter();
  const common = { reference: 1, attempt: 1, name: "hash", traceparent: undefined };
  for (let i = 0; i < 100; i++) writer.add({ ...common, order: 3 * i, ticket: 7 + i }, [i]);
  assertEquals(writer.message.length, 10 + 2 * 100);
});

test("run message: what nobody wrote is refused, however it counts", () => {
  const bodies: unknown[][] = [
    [1, 1, "name", 1, 2 ** 53, 1, 0, "x"],
    [1, 1, "name", 1, 1, 1_000_000_000, 0, "x"],
    [1, 1, "name", -2, 1, 1, 0, "x"],
    [1, 1, "name", 0.5, 1, 1, 0, "x"],
    [1, 1, "name", NaN, 1, 1, 0, "x"],
    [1, 1, "name", 1, "1", 1, 0, "x"],
    [1, 1, "name", 1, 1, 0],
    [1, 1, "name", -1, 1, 1, 0, "no arguments"],
    [1, 1],
  ];
  for (const body of bodies) {
    assertThrows(() => attemptsOf([0, null, false, null, ...body]), TypeError);
  }
  assertThrows(() => attemptsOf({} as never), TypeError);
});
