import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Job, jobsOf, RunMessageWriter } from "../../src/pool/run_message.ts";
import { encodeValue } from "../../src/pool/values.ts";
import { test } from "../harness.ts";

const jobs: fc.Arbitrary<Job[]> = fc.array(fc.record({
  order: fc.nat(),
  cell: fc.nat(),
  ticket: fc.nat(),
  reference: fc.nat(),
  attempt: fc.nat(),
  // Few names, so that several in a row have the same.
  name: fc.constantFrom("", "resize", "hash"),
  args: fc.array(
    fc.oneof(
      fc.anything({ withNullPrototype: false, withObjectString: false }),
      // A value with an error in it is sent in another form.
      fc.string().map((message) => ({ inner: [new TypeError(message)] })),
    ),
  ),
}));

test("run message: what was written is read", () => {
  fc.assert(
    fc.property(jobs, (jobs) => {
      const writer = new RunMessageWriter();
      for (const job of jobs) writer.add(job, encodeValue(job.args));
      assertEquals(jobsOf(structuredClone(writer.message)), structuredClone(jobs));
    }),
    { numRuns: 300 },
  );
});
