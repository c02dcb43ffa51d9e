import { assertEquals, assertThrows } from "@std/assert";
import { inlineTask, NotPortableError } from "../../../mod.ts";
import { evaluate } from "../../../src/portable/source.ts";
import { transfer, transfersOf } from "../../../src/portable/transfer.ts";
import { test } from "../../harness.ts";

test("inlineTask: what has no source of its own is refused", () => {
  const bound = function (this: unknown) {}.bind(null);
  class Class {
    get getter() {
      return 1;
    }
  }
  const getter = Object.getOwnPropertyDescriptor(Class.prototype, "getter")!.get!;
  for (const fn of [bound, Math.max, Class, getter, Array.prototype.map]) {
    assertThrows(
      () => inlineTask(fn as never),
      NotPortableError,
      "Cannot make an inline task of",
    );
  }
  for (const wrong of [7, "x => x", null, undefined, {}]) {
    assertThrows(() => inlineTask(wrong as never), TypeError, "it must be a function");
  }
});

test("inlineTask: a source is a function's, in strict mode and the global scope", () => {
  assertEquals(evaluate("(a) => a + 1")(1), 2);
  assertEquals(evaluate("named(a) { return a + 1 }")(1), 2);
  assertEquals(evaluate("function () { return this } // comment")(), undefined);
  assertThrows(() => evaluate("(a) => missing")(1), ReferenceError);
  for (const wrong of ["7", "a b c", "", "({})"]) {
    assertThrows(() => evaluate(wrong), SyntaxError);
  }
});

test("transfer: marks an object, which it returns", () => {
  const bytes = new Uint8Array(4);
  const list = [bytes.buffer];
  const marked = transfer(bytes, list);
  list.length = 0;
  assertEquals(marked, bytes);
  assertEquals(transfersOf([1, marked, null, {}]), [bytes.buffer]);
  assertEquals(transfersOf([[marked]]), []);
  for (const wrong of [1, "x", null, undefined]) {
    assertThrows(
      () => transfer(wrong as never, []),
      TypeError,
      "Only an object can be transferred",
    );
  }
});
