import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { HandlePromise } from "../../../src/base/handle_promise.ts";
import { test } from "../../harness.ts";

/** A handle as types show it. */
interface Plain {
  readonly id: number;
}

/** A handle as it is: it can be awaited. */
class Handle implements Plain, PromiseLike<string> {
  readonly id = 1;
  then<A = string, B = never>(
    resolve?: ((value: string) => A | PromiseLike<A>) | null,
    reject?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return Promise.resolve("awaited").then(resolve, reject);
  }
}

const promiseOf = (handle: Plain) => HandlePromise.of<Plain>((resolve) => resolve(handle));
const failing = (reason: unknown) => HandlePromise.of<Plain>((_, reject) => reject(reason));

test("handle promise: gives the handle, by whatever way it is passed through", async () => {
  const handle = new Handle();
  const promise = promiseOf(handle);
  const ways: Record<string, () => unknown> = {
    itself: () => promise,
    then: () => promise.then(),
    catch: () => promise.catch(() => {}),
    finally: () => promise.finally(() => {}),
    "a later finally": () => promise.finally(() => Promise.resolve() as never),
    "a callback": () => promise.then((same) => same),
    "two callbacks": () => promise.then((same) => same).catch(() => {}).finally(() => {}).then(),
    "a rescue": () => failing(new Error("no")).catch(() => handle),
    "another promise": () => failing(new Error("no")).catch(() => promise),
    "a promise in a callback": () => promise.then(() => promise.catch(() => {})),
  };
  for (const [way, go] of Object.entries(ways)) assertStrictEquals(await go(), handle, way);
  for (const list of [Promise.all([promise]), promise.then((same) => [same])]) {
    assertStrictEquals((await list)[0], handle);
  }
  assertEquals((await Promise.allSettled([promise]))[0], { status: "fulfilled", value: handle });
});

test("handle promise: the handle can be awaited all the same, in a callback too", async () => {
  const handle = new Handle();
  assertEquals(await handle, "awaited");
  const promise = promiseOf(handle);
  assertEquals(await promise.then(async (same) => await (same as Handle)), "awaited");
  assertStrictEquals(await promise, handle);
  assertEquals(Object.keys(handle), ["id"]);
  assert(!Object.hasOwn(handle, "then"));
});

test("handle promise: other outcomes are what they are of any promise", async () => {
  const promise = promiseOf(new Handle());
  assertEquals(await promise.then(() => 7), 7);
  assertEquals(await promise.then(() => Promise.resolve(8)), 8);
  // Only the handles that such promises give are passed on.
  assertEquals(await promise.then(() => new Handle()), "awaited");
  assertEquals(await failing("no").then(() => 1, (reason) => reason), "no");
  assertEquals(await failing("no").catch((reason) => `${reason}!`), "no!");
  assert(promise instanceof Promise);
});

test("handle promise: rejects with what it fails with and what callbacks throw", async () => {
  const error = new Error("no");
  const promise = promiseOf(new Handle());
  const wrong = () => {
    throw error;
  };
  const ways = [
    () => failing(error),
    () => failing(error).then(() => 1),
    () => failing(error).finally(() => {}),
    () => promise.then(wrong),
    () => promise.finally(wrong),
    () => promise.finally(() => Promise.reject(error) as never),
    () => failing("other").finally(wrong),
    () => failing("other").catch(wrong),
    () => promise.then(() => failing(error)),
    () => HandlePromise.of<Plain>(wrong),
  ];
  for (const way of ways) {
    assertStrictEquals(await assertRejects(() => way() as Promise<unknown>), error);
  }
});
