import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { AsyncQueue, currentTask, defineTasks, importTasks, inlineTask } from "../../../mod.ts";
import { load } from "../../../src/portable/load.ts";
import { referenceOf } from "../../../src/portable/portable.ts";
import { test } from "../../harness.ts";

const { double, later } = defineTasks(import.meta.url, {
  double(n: number) {
    return n * 2;
  },
  later: async (n: number) => await Promise.resolve(n),
});

test("defineTasks: the tasks are the functions themselves, to be called and submitted", async () => {
  assertEquals(double(2), 4);
  assertEquals(await later(3), 3);
  assertEquals([double.name, later.name], ["double", "later"]);
  await using queue = new AsyncQueue();
  await queue.start();
  assertEquals(await queue.submit(double, [4]).value(), 8);
});

test("defineTasks: a task is found by its module and name", async () => {
  assertEquals(referenceOf(double), { kind: "defined", url: import.meta.url, name: "double" });
  assertStrictEquals(await load(referenceOf(double)!), double);
});

test("defineTasks: takes a URL object, and refuses what is none", () => {
  const { one } = defineTasks(new URL("file:///somewhere/one.ts"), { one: () => 1 });
  assertEquals(referenceOf(one), { kind: "defined", url: "file:///somewhere/one.ts", name: "one" });
  assertThrows(() => defineTasks("./relative.ts", {}), TypeError);
});

test("defineTasks: refuses what is no function or a task already, and then defines nothing", () => {
  assertThrows(
    () => defineTasks(import.meta.url, { fine: () => 1, wrong: 7 as never }),
    TypeError,
    "Cannot define task 'wrong': it must be a function, got 7",
  );
  assertThrows(
    () => defineTasks(import.meta.url, { again: double }),
    TypeError,
    "Cannot define task 'again': it is a portable task already",
  );
  const fine = () => 1;
  assertThrows(() => defineTasks(import.meta.url, { fine, wrong: null as never }), TypeError);
  assertEquals(referenceOf(fine), undefined);
});

test("importTasks: the module is loaded when a task is called, not before", async () => {
  const url = new URL("../lanes/thread/modules/plain.ts", import.meta.url);
  const plain = importTasks<typeof import("../lanes/thread/modules/plain.ts")>(url);
  assertEquals(await plain.double(4), 8);
  assertEquals(await plain.triple(4), 12);
  assertEquals(await plain.default(), "default");
  assertEquals(referenceOf(plain.double), { kind: "exported", url: url.href, name: "double" });
  assertStrictEquals(plain.double, plain.double);
  assertEquals(plain.double.name, "double");
  const missing = importTasks<{ f(): void }>(new URL("./missing.ts", import.meta.url));
  assertEquals(typeof missing.f, "function");
});

test("importTasks: the whole is no promise, and is no task itself", async () => {
  const plain = importTasks<typeof import("../lanes/thread/modules/plain.ts")>("file:///x.ts");
  assertStrictEquals(await plain, plain);
  assertEquals(String(Object.prototype.toString.call(plain)), "[object Object]");
  assertThrows(() => importTasks("./relative.ts"), TypeError);
});

test("importTasks: a task on an AsyncQueue has its context", async () => {
  const tasks = importTasks<typeof import("../lanes/thread/tasks.ts")>(
    new URL("../lanes/thread/tasks.ts", import.meta.url),
  );
  await using queue = new AsyncQueue();
  await queue.start();
  const handle = queue.submit(tasks.progress, [1]);
  assertEquals([await handle.value(), handle.progress], ["reported", 1]);
  assertThrows(() => currentTask());
});

test("inlineTask: the function itself, whatever its form", async () => {
  const forms = {
    arrow: (n: number) => n + 1,
    expression: function (n: number) {
      return n + 1;
    },
    method(n: number) {
      return n + 1;
    },
    async asyncMethod(n: number) {
      return await n + 1;
    },
    ["computed name"](n: number) {
      return n + 1;
    },
    get: (n: number) => n + 1,
    async: (n: number) => n + 1,
  };
  for (const [name, fn] of Object.entries(forms)) {
    const task = inlineTask(fn);
    assertStrictEquals(task as unknown, fn);
    const copy = await load(referenceOf(task)!);
    assert(copy !== fn as unknown, name);
    assertEquals(await copy(1), 2, name);
  }
  const once = inlineTask((a: number, b = 2, ...rest: number[]) => a + b + rest.length);
  assertStrictEquals(inlineTask(once), once);
  assertEquals((await load(referenceOf(once)!))(1, 2, 3, 4), 5);
});
