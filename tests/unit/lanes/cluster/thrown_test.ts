import { assert, assertEquals } from "@std/assert";
import {
  JobError,
  textOfThrown,
  thrownOfStack,
  thrownOfText,
} from "../../../../src/lanes/cluster/wire/thrown.ts";
import { test } from "../../../harness.ts";

test("thrown: a job's stack is for people first, and tells the producer all", () => {
  const thrown = Object.assign(new TypeError("no luck"), { code: 7n });
  const error = new JobError(thrown, false);
  assertEquals([error.message, error.name], ["no luck", "Error"]);
  assert(error.stack!.startsWith(thrown.stack!));
  const back = thrownOfStack(error.stack, "    at the place")!.error as typeof thrown;
  assert(back instanceof TypeError);
  assertEquals([back.message, back.code], ["no luck", 7n]);
  assert(back.stack!.endsWith("\n    at the place"));
});

test("thrown: BullMQ knows what there is no use in trying again", () => {
  assertEquals(new JobError(1, true).name, "UnrecoverableError");
});

test("thrown: anything can be thrown", () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const values = [undefined, null, 0, "text", [1n], { a: new Map() }];
  for (const value of values) {
    assertEquals(thrownOfStack(new JobError(value, false).stack, ""), { error: value });
  }
  for (const odd of [proxy, () => 1, Symbol("x"), Object.create(null)]) {
    assert(thrownOfStack(new JobError(odd, false).stack, "") !== undefined);
  }
});

test("thrown: what can't be sent is left out, and what is too long is cut", () => {
  const error = Object.assign(new Error("much"), { blob: new Blob([]), ok: 1 });
  const back = thrownOfText(textOfThrown(error))!.error as typeof error;
  assertEquals([back.message, back.ok, "blob" in back], ["much", 1, false]);
  const long = textOfThrown(new Error("x".repeat(5_000_000)));
  assert(long.length <= 1 << 20);
  assert((thrownOfText(long)!.error as Error).message.startsWith("xxx"));
});

test("thrown: a stack of another's error tells of none", () => {
  for (const stack of [undefined, "", "Error: x", "Error: x\n    trilane {", "a\n    trilane 5"]) {
    assertEquals(thrownOfStack(stack, ""), undefined);
  }
});
