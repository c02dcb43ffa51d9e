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

const onNode = `<?xml version="1.0" encoding="utf-8"?>
<testsuites>
	<testcase name="fine" time="0.000822" classname="test" file="/a_test.ts"/>
	<testcase name="it's &lt;wrong>" time="0.0002" classname="test" file="/a_test.ts" failure="It's wrong">
		<failure type="testCodeFailure" message="It's wrong">
[Error: It's wrong]
		</failure>
	</testcase>
	<testcase name="hangs" time="0.0002" classname="test" file="/a_test.ts"/>
	<testcase name="skipped" time="0.0002" classname="test" file="/a_test.ts">
		<skipped type="skipped" message="true"/>
	</testcase>
	<!-- tests 4 -->
	<!-- suites 0 -->
	<!-- pass 1 -->
	<!-- fail 1 -->
	<!-- cancelled 1 -->
	<!-- skipped 1 -->
	<!-- duration_ms 566.985101 -->
</testsuites>`;

test("tally: counts passed and failed, leaves out skipped", () => {
  const report = deno(`tests="6" failures="2" errors="1"`);
  assertEquals(tally(report, false), { passed: 2, failed: 3, failures: [] });
});

test("tally: reads a report without an 'errors' count", () => {
  const report = `<testsuites name="bun test" tests="3" assertions="0" failures="1" skipped="0">`;
  assertEquals(tally(report, false), { passed: 2, failed: 1, failures: [] });
});

test("tally: a run that failed without a failed test is one failure", () => {
  const report = deno(`tests="3" failures="0" errors="0"`);
  assertEquals(tally(report, true), { passed: 2, failed: 0, failures: [] });
  assertEquals(tally(report, false), { passed: 2, failed: 1, failures: [] });
});

test("tally: a run without a report is one failure, whatever its status", () => {
  assertEquals(tally(undefined, false), { passed: 0, failed: 1, failures: [] });
  assertEquals(tally("", true), { passed: 0, failed: 1, failures: [] });
});

test("tally: names what failed, as each runtime reports it", () => {
  const onDeno = `<testsuites name="deno test" tests="3" failures="1" errors="1" time="0.015">
    <testsuite name="./a_test.ts" tests="3" disabled="0" errors="1" failures="1">
        <testcase name="fine" classname="./a_test.ts" time="0.002" line="3" col="1">
        </testcase>
        <testcase name="&quot;a&quot; &amp; &lt;b&gt;" classname="./a_test.ts" time="0.003">
            <failure message="Uncaught Error: It&apos;s wrong">Error: It&apos;s wrong
    at file:///a_test.ts:4:44</failure>
        </testcase>
        <testcase name="canceled" classname="./a_test.ts" time="0.003">
            <error message="Cancelled">Cancelled</error>
        </testcase>
    </testsuite>
</testsuites>`;
  assertEquals(tally(onDeno, false).failures, [
    `"a" & <b>\nError: It's wrong\n    at file:///a_test.ts:4:44`,
    "canceled\nCancelled",
  ]);
  const onBun = `<testsuites name="bun test" tests="2" assertions="0" failures="1" skipped="0">
  <testsuite name="a_test.ts" file="a_test.ts" tests="2" assertions="0" failures="1" skipped="0">
    <testcase name="fine" classname="" time="0.00132" file="a_test.ts" line="3" assertions="0" />
    <testcase name="wrong" classname="" time="0.004195" file="a_test.ts" line="4" assertions="0">
      <failure type="Error" message="Expected:&#10;1">Error: Expected:&#10;1&#10;      at a_test.ts:4:44&#10;</failure>
    </testcase>
    <testcase name="hangs" classname="" time="0.050006" file="a_test.ts" line="2" assertions="0">
      <failure type="TimeoutError" message="test timed out" />
    </testcase>
  </testsuite>
</testsuites>`;
  assertEquals(tally(onBun, false).failures, [
    "wrong\nError: Expected:\n1\n      at a_test.ts:4:44",
    "hangs\ntest timed out",
  ]);
  assertEquals(tally(onNode, false).failures, ["it's <wrong>\n[Error: It's wrong]"]);
});

test("tally: counts what Node reports, whose totals are comments", () => {
  assertEquals([tally(onNode, false).passed, tally(onNode, false).failed], [1, 2]);
  assertEquals(tally(onNode.replace("fail 1", "fail 0"), true).failed, 1);
  assertEquals(tally("<testsuites>\n</testsuites>", true).failed, 1);
});
