import { assertEquals } from "@std/assert";
import { EventEmitter } from "node:events";
import type { ServerResponse } from "node:http";
import { type Page, Publisher } from "../../../src/dashboard/publisher.ts";
import { Recorder } from "../../../src/dashboard/recorder.ts";
import { EventStream } from "../../../src/dashboard/server.ts";
import type { Update } from "../../../src/dashboard/updates.ts";
import { test } from "../../harness.ts";
import { ran } from "../report/support.ts";
import { FakeQueue } from "./support.ts";

/** A page that keeps what it is told. */
class ToldPage implements Page {
  readonly queue: number;
  told: number | undefined = undefined;
  full = false;
  ended = false;
  lastId: string | undefined;
  readonly updates: Update[] = [];

  constructor(queue: number) {
    this.queue = queue;
  }

  send(event: string, data: string, id?: string): void {
    if (event !== "update") return;
    this.updates.push(JSON.parse(data));
    this.lastId = id;
  }

  end(): void {
    this.ended = true;
  }

  get last(): [whole: boolean, ids: string[]] {
    const { whole, attempts } = this.updates.at(-1)!;
    return [whole, attempts.map(({ id }) => id)];
  }
}

/** A publisher of a queue, and what ends a task of it. */
function publishing(): { publisher: Publisher; end(id: string): void } {
  const queue = new FakeQueue();
  const end = (id: string) => queue.end(ran(1, performance.now(), performance.now(), { id }));
  return { publisher: new Publisher([new Recorder(queue, "a")]), end };
}

test("publisher: a page is told all at first, then what is new", () => {
  const { publisher, end } = publishing();
  end("q-1");
  publisher.publish([]);
  const page = new ToldPage(0);
  publisher.greet(page, undefined);
  assertEquals(page.last, [true, ["q-1"]]);
  end("q-2");
  publisher.publish([page]);
  assertEquals(page.last, [false, ["q-2"]]);
});

test("publisher: a page that has not read what it was told is told no more, and what it lacks when it has", () => {
  const { publisher, end } = publishing();
  const [slow, quick] = [new ToldPage(0), new ToldPage(0)];
  slow.full = true;
  for (const id of ["q-1", "q-2"]) {
    end(id);
    publisher.publish([slow, quick]);
  }
  assertEquals([slow.updates.length, quick.updates.length], [0, 2]);
  slow.full = false;
  end("q-3");
  publisher.publish([slow, quick]);
  assertEquals([slow.last, quick.last], [[true, ["q-1", "q-2", "q-3"]], [false, ["q-3"]]]);
  slow.full = true;
  end("q-4");
  publisher.publish([slow]);
  slow.full = false;
  end("q-5");
  publisher.publish([slow]);
  assertEquals(slow.last, [false, ["q-4", "q-5"]]);
});

test("publisher: a page that comes back is told what it lacks, of another program all", () => {
  const { publisher, end } = publishing();
  const page = new ToldPage(0);
  end("q-1");
  publisher.publish([page]);
  end("q-2");
  publisher.publish([]);
  const greeted = (lastId: string | undefined) => {
    const again = new ToldPage(0);
    publisher.greet(again, lastId);
    return again.last;
  };
  assertEquals(greeted(page.lastId), [false, ["q-2"]]);
  const all = [true, ["q-1", "q-2"]];
  for (const id of [undefined, "", "other/1", `${page.lastId}x`, "/", "x"]) {
    assertEquals(greeted(id), all, id);
  }
});

test("publisher: pages are let go for a moment when nothing has run for a while", () => {
  const { publisher, end } = publishing();
  const page = new ToldPage(0);
  for (let i = 0; i < 10; i++) {
    end(`q-${i}`);
    publisher.publish([page]);
  }
  assertEquals(page.ended, false);
  for (let i = 0; i < 4; i++) publisher.publish([page]);
  assertEquals(page.ended, true);
});

test("publisher: a stream is full until its socket has taken what was written", () => {
  const response = new EventEmitter();
  let takes = true;
  Object.assign(response, { write: () => takes, end() {} });
  const stream = new EventStream(response as unknown as ServerResponse, 0);
  stream.send("update", "{}");
  assertEquals(stream.full, false);
  takes = false;
  stream.send("update", "{}");
  assertEquals(stream.full, true);
  response.emit("drain");
  assertEquals(stream.full, false);
});
