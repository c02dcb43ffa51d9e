import { test } from "../harness.ts";
import { fuzz } from "./fuzz.ts";
import { targets } from "./targets.ts";

for (const name of Object.keys(targets)) {
  test(`fuzz: changed messages do no harm: ${name}`, () => fuzz(name, 1_000, 14));
}
