import { assert, assertFalse, assertThrows } from "@std/assert";
import { isThenable } from "../../../src/base/thenable.ts";
import { test } from "../../harness.ts";

test("thenable: promises and all that has a then", () => {
  const callable = Object.assign(() => 1, { then() {} });
  for (const value of [Promise.resolve(), { then() {} }, Object.create({ then() {} }), callable]) {
    assert(isThenable(value));
  }
});

test("thenable: nothing else", () => {
  for (
    const value of [undefined, null, 0, "then", Symbol("then"), {}, [], () => 1, { catch() {} }]
  ) {
    assertFalse(isThenable(value));
  }
});

test("thenable: getters are not read, and what can't be asked throws", () => {
  let reads = 0;
  const getter = {
    get then() {
      reads++;
      throw new Error("read");
    },
  };
  assert(isThenable(getter));
  assert(reads === 0);
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  assertThrows(() => isThenable(proxy), TypeError);
  const wrong = new Proxy({}, {
    has() {
      throw new Error("asked");
    },
  });
  assertThrows(() => isThenable(wrong), Error, "asked");
});
