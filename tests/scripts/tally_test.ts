import { assertEquals } from "@std/assert";
import { tally } from "../../scripts/tally.ts";
import { test } from "../harness.ts";

const deno = (attributes: string) =>
  `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="deno test" ${attributes} time="0.244">
  <testsuite name="./tests/a_test.ts" tests="9" disabled="1" errors="9" failures="9">
    <testcase name="skipped"><skipped/></testcase>
  </testsuite>
</testsuites>`;

test("tally: counts passed and failed, leaves out skipped", () => {
  const report = deno(`tests="6" failures="2" errors="1"`);
  assertEquals(tally(report, false), { passed: 2, failed: 3 });
});

test("tally: reads a report without an 'errors' count", () => {
  const report = `<testsuites name="bun test" tests="3" assertions="0" failures="1" skipped="0">`;
  assertEquals(tally(report, false), { passed: 2, failed: 1 });
});

test("tally: a run that failed without a failed test is one failure", () => {
  const report = deno(`tests="3" failures="0" errors="0"`);
  assertEquals(tally(report, true), { passed: 2, failed: 0 });
  assertEquals(tally(report, false), { passed: 2, failed: 1 });
});

test("tally: a run without a report is one failure, whatever its status", () => {
  assertEquals(tally(undefined, false), { passed: 0, failed: 1 });
  assertEquals(tally("", true), { passed: 0, failed: 1 });
});
