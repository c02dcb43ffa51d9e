import { assert, assertEquals } from "@std/assert";
import { Pace } from "../../../../../src/lanes/pool/host/pace.ts";
import { WORDS } from "../../../../../src/lanes/pool/wire/claims.ts";
import { test } from "../../../../harness.ts";

function paceAfter(...times: number[]): Pace {
  const pace = new Pace();
  for (const ms of times) pace.note(ms);
  return pace;
}

test("pace: one task at a time as long as nothing is known, and while tasks are long", () => {
  assertEquals(new Pace().ahead(1e6), 1);
  assertEquals(paceAfter(10).ahead(1e6), 1);
  assertEquals(paceAfter(1, 0.3, 6).ahead(1e6), 1);
});

test("pace: the shorter the tasks the more of them, never more than there are words for claims", () => {
  assertEquals(paceAfter(4.9).ahead(1e6), 2);
  assertEquals(paceAfter(0.5).ahead(1e6), 10);
  assertEquals(paceAfter(0.1).ahead(1e6), 50);
  const most = paceAfter(0).ahead(1e6);
  assert(most > 100 && most < WORDS, `${most}`);
  assertEquals(paceAfter(0, 0, 0, 0).ahead(1e6), most);
});

test("pace: when few wait, fewer are sent ahead, of long ones none", () => {
  const aheadOf = (ms: number) => [0, 15, 16, 32, 1000].map((count) => paceAfter(ms).ahead(count));
  assertEquals(aheadOf(1), [1, 1, 2, 4, 5]);
  assertEquals(aheadOf(0.25), [2, 2, 2, 4, 20]);
  assertEquals(aheadOf(0.1), [5, 5, 5, 5, 50]);
});

test("pace: one long task stops it at once, short ones bring it back little by little", () => {
  assertEquals(paceAfter(0.01, 0.01, 5).ahead(1e6), 1);
  const pace = new Pace();
  pace.note(10);
  let notes = 0;
  for (; pace.ahead(1e6) === 1; notes++) pace.note(0.01);
  assert(notes > 5 && notes < 100, `${notes}`);
});

test("pace: tasks are worth moving that take some time together", () => {
  const pace = new Pace();
  pace.note(0.1);
  assertEquals([0, 2, 3, 100].map((count) => pace.isWorthMoving(count)), [
    ...[false, false, true, true],
  ]);
  assertEquals(new Pace().isWorthMoving(0), false);
});
