import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { nearest } from "../../../src/base/suggest.ts";
import { QUEUE_OPTION_CHECKS } from "../../../src/engine/options.ts";
import { TASK_OPTION_CHECKS } from "../../../src/task/options.ts";
import { test } from "../../harness.ts";

const known = Object.keys({ ...TASK_OPTION_CHECKS, ...QUEUE_OPTION_CHECKS });

test("suggest: finds the name that was meant", () => {
  const meant = {
    retry: "retries",
    retires: "retries",
    timeOut: "timeout",
    prioritiy: "priority",
    prority: "priority",
    worker: "workers",
    concurrency: undefined,
    onstart: "onStart",
    maxRetrydelay: "maxRetryDelay",
    mustcomplete: "mustComplete",
    runat: "runAt",
    zzz: undefined,
    "": undefined,
  };
  for (const [unknown, expected] of Object.entries(meant)) {
    assertEquals(nearest(unknown, known), expected, unknown);
  }
});

test("suggest: a known name is nearest to itself", () => {
  for (const name of known) assertEquals(nearest(name, known), name);
});

test("suggest: the first of equally near names", () => {
  assertEquals(nearest("cat", ["bat", "rat"]), "bat");
  assertEquals(nearest("cat", ["cot", "ca"]), "cot");
});

test("suggest: half of the letters may be wrong, no more", () => {
  assertEquals(nearest("abcd", ["abxy"]), "abxy");
  assertEquals(nearest("abcd", ["axyz"]), undefined);
  assertEquals(nearest("ab", ["abcd"]), "abcd");
  assertEquals(nearest("a", ["abcd"]), undefined);
  assertEquals(nearest("anything", []), undefined);
});

test("suggest: swapped neighbours are one mistake", () => {
  assertEquals(nearest("ba", ["ab"]), "ab");
  assertEquals(nearest("badc", ["wxdc", "abcd"]), "wxdc");
});

/** The distance by its definition: the cheapest way to make the one of the other. */
function distance(a: string, b: string): number {
  if (a === "" || b === "") return a.length + b.length;
  const swapped = a.length > 1 && b.length > 1 && a[0] === b[1] && a[1] === b[0];
  return Math.min(
    distance(a.slice(1), b.slice(1)) + (a[0] === b[0] ? 0 : 1),
    distance(a.slice(1), b) + 1,
    distance(a, b.slice(1)) + 1,
    ...(swapped ? [distance(a.slice(2), b.slice(2)) + 1] : []),
  );
}

test("suggest: 'y' for 'ies' is one mistake", () => {
  assertEquals(nearest("retry", ["retryIf", "retries"]), "retries");
  assertEquals(nearest("priority", ["prior", "priorities"]), "priorities");
});

test("suggest: what it finds is nearest, and near enough", () => {
  const word = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 5 }).map((w) => w.join(""));
  fc.assert(
    fc.property(word, fc.uniqueArray(word, { maxLength: 5 }), (unknown, known) => {
      const near = known
        .map((name) => ({ name, far: distance(unknown, name) }))
        .filter(({ name, far }) => far <= Math.max(unknown.length, name.length) / 2);
      const least = Math.min(...near.map(({ far }) => far));
      assertEquals(nearest(unknown, known), near.find(({ far }) => far === least)?.name);
    }),
    { numRuns: 300 },
  );
});
