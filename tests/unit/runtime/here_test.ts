import { assert, assertEquals } from "@std/assert";
import { runtime as here } from "../../../src/runtime/here.ts";
import { neighbour } from "../../../src/runtime/neighbour.ts";
import { Sqlite } from "../../../src/runtime/sqlite.ts";
import { threads } from "../../../src/runtime/threads.ts";
import { runtime, test } from "../../harness.ts";

test("runtime: the one that runs the tests is picked", () => {
  assertEquals(here.name, runtime);
  assert(here.cores >= 1 && here.spinners < here.cores);
});

test("runtime: a quiet timer fires, and can be taken back", async () => {
  const { quietClock, clock } = here;
  const fired: string[] = [];
  const taken = quietClock.setTimer(() => fired.push("taken back"), 0);
  quietClock.clearTimer(taken);
  await new Promise<void>((resolve) => {
    quietClock.setTimer(() => fired.push("quiet"), 0);
    // A timer that holds the program: the quiet one alone would not.
    clock.setTimer(resolve, 20);
  });
  assertEquals(fired, ["quiet"]);
});

// Node has no such events.
if (runtime !== "node") {
  test("runtime: an error that nobody waits for is told by an event, and printed unless someone takes it", () => {
    const { error } = console;
    const printed: unknown[] = [];
    console.error = (value: unknown) => printed.push(value);
    const seen: unknown[] = [];
    const take = (event: Event) => {
      seen.push((event as ErrorEvent).error);
      if (seen.length === 2) event.preventDefault();
    };
    globalThis.addEventListener("error", take);
    try {
      here.report("first");
      here.report("second");
    } finally {
      globalThis.removeEventListener("error", take);
      console.error = error;
    }
    assertEquals([seen, printed], [["first", "second"], ["first"]]);
  });
}

test("runtime: what is beside a module is JavaScript where that is", () => {
  const beside = (self: string) => neighbour(self, "./entry.ts").href;
  assertEquals(beside("file:///a/link.ts"), "file:///a/entry.ts");
  assertEquals(beside("https://host/a/link.js"), "https://host/a/entry.js");
});

test("runtime: a port tells when the other end is gone, after all that was said", async () => {
  const { own, given } = threads.createChannel();
  const said: unknown[] = [];
  await new Promise<void>((resolve) => {
    own.listen((message: unknown) => said.push(message), resolve);
    given.postMessage(1);
    given.postMessage(2);
    given.close();
  });
  own.close();
  assertEquals(said, [1, 2]);
});

test("runtime: a message can be taken from a port without the event loop", async () => {
  const { own, given } = threads.createChannel();
  try {
    assertEquals(threads.takeMessage(given), undefined);
    own.postMessage([1, "text"]);
    assertEquals(threads.takeMessage(given), [1, "text"]);
    assertEquals(threads.takeMessage(given), undefined);
  } finally {
    const closed = new Promise<void>((resolve) => own.listen(() => {}, resolve));
    given.close();
    await closed;
    own.close();
  }
});

test("runtime: SQLite is the runtime's own", () => {
  const database = new Sqlite(":memory:");
  database.exec("CREATE TABLE numbers (value)");
  assertEquals(database.run("INSERT INTO numbers VALUES (?), (?)", 1, "two"), 2);
  assertEquals(database.all("SELECT value FROM numbers").map((row) => row.value), [1, "two"]);
  database.close();
});
