import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import type { FailedResult, TaskHandle } from "../../../../mod.ts";
import { test } from "../../../harness.ts";
import { runProgram, tasks, withThreads } from "./support.ts";

type Fields = Error & Record<string, unknown>;

async function errorOf(handle: TaskHandle<unknown>): Promise<Fields> {
  const result = await handle;
  assertEquals(result.status, "failed");
  return (result as FailedResult).error as Fields;
}

test("thread errors: class, name, message, cause and own fields cross", async () => {
  await withThreads({ workers: 1 }, async (queue) => {
    for (const task of [tasks.boil, tasks.boilLater]) {
      const error = await errorOf(queue.submit(task));
      assert(error instanceof RangeError);
      assertEquals([error.name, error.message, error.status], [
        "TeapotError",
        "short and stout",
        418,
      ]);
      assertEquals(error.list, [1, 2]);
      assertFalse("fn" in error || "kettle" in error);
      assert(error.cause instanceof TypeError);
      assertEquals([error.cause.message, error.cause.cause], ["steam", "fire"]);
    }
    const both = await errorOf(queue.submit(tasks.throwAggregate));
    assert(both instanceof AggregateError);
    assert(both.errors[0] instanceof TypeError && both.errors[1] instanceof RangeError);
  });
});

test("thread errors: the stack names the function, the attempt, the worker and the place of the submission", async () => {
  await withThreads({ workers: 1 }, async (queue) => {
    const [mapped] = queue.map(tasks.boil, [[]]);
    const group = queue.group([[tasks.boil]], { retries: 1 });
    const bound = queue.task(tasks.boil);
    const handles = [queue.submit(tasks.boil), mapped!, group.handles[0]!, bound()];
    for (const handle of handles) {
      const result = await handle;
      const { stack, cause } = await errorOf(handle);
      assertStringIncludes(stack!, "boil");
      assertStringIncludes(stack!, "tasks.ts");
      assertStringIncludes(
        stack!,
        `in task 'boil' (${handle.id}), attempt ${result.attempts}, on worker ${result.workerId}`,
      );
      const [, submitted] = stack!.split("    submitted ");
      assertStringIncludes(submitted!, "errors_test.ts");
      assertFalse(((cause as Error).stack ?? "").includes("submitted"));
    }
  });
});

test("thread errors: what waited for room names who submitted it, not who made the room", async () => {
  await withThreads({ workers: 1, size: 1 }, async (queue) => {
    const first = queue.submit(tasks.square, [1], { delay: 60_000 });
    const makeRoom = () => {
      first.cancel();
    };
    const waiting = queue.submitWhenReady(tasks.boil, []);
    makeRoom();
    const second = await waiting;
    const { stack } = (await second.wait() as FailedResult).error as Error;
    const [, submitted] = stack!.split("    submitted ");
    assertStringIncludes(submitted ?? "", "errors_test.ts");
    assertFalse(submitted!.includes("makeRoom"));
  });
});

test("thread errors: odd things that are thrown fail their task and harm nothing", async () => {
  await withThreads({ workers: 1 }, async (queue) => {
    const { worker } = await queue.submit(tasks.whoAmI).value();
    const odd = ["toJSON", "stack", "message", "revoked", "function", "undefined"];
    const handles = odd.map((kind) => queue.submit(tasks.throwOdd, [kind]));
    const [toJson, stack, message, revoked, fn, nothing] = await Promise.all(handles);
    for (const result of [toJson, stack, message, revoked, fn, nothing]) {
      assertEquals(result!.status, "failed");
    }
    assertEquals(((toJson as FailedResult).error as Error).message, "toJSON");
    assert((stack as FailedResult).error instanceof Error);
    assert((message as FailedResult).error instanceof Error);
    assertEquals((revoked as FailedResult).error, "an object");
    assertEquals((nothing as FailedResult).error, undefined);
    assertEquals((await queue.submit(tasks.whoAmI).value()).worker, worker);
  });
});

test("thread errors: what tasks print comes out of this program", async () => {
  const { status, stdout, stderr } = await runProgram("programs/console.ts");
  assertEquals(status, 0, stderr);
  assertEquals(stdout.trim().split("\n").sort(), ["end", "from a task", "info from a task"]);
  assertStringIncludes(stderr, "error from a task");
});
