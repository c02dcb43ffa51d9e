import { assertEquals, assertStringIncludes } from "@std/assert";
import { test } from "../harness.ts";
import { runProgram } from "../unit/lanes/thread/support.ts";

for (const lane of ["thread", "process"]) {
  test(`chaos: nothing is lost, run twice or left on the ${lane} lane`, async () => {
    // A program of its own: what a test runner runs beside it would be taken for left-overs.
    const { status, stdout, stderr } = await runProgram(
      new URL("./chaos.ts", import.meta.url),
      ...["--lane", lane, "--seconds", "5"],
    );
    assertEquals(status, 0, `${stderr}\n${stdout}`);
    assertStringIncludes(stdout, `${lane} lane`);
  });
}
