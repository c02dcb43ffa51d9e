import { assertEquals } from "@std/assert";
import { type Page, Publisher } from "../../../src/dashboard/publisher.ts";
import { Recorder } from "../../../src/dashboard/recorder.ts";
import { EventStream } from "../../../src/dashboard/server.ts";
import type { Update } from "../../../src/dashboard/updates.ts";
import { EventEmitter } from "node:events";
import type { ServerResponse } from "node:http";
import { test } from "../../harness.ts";
import { ran } from "../report/support.ts";
import { FakeQueue } from "./support.ts";

/** A page that keeps what it is told. */
class ToldPage implements Page {
  readonly queue: number;
  behind = false;
  full = false;
  readonly updates: Update[] = [];

  constructor(queue: number) {
    this.queue = queue;
  }

  send(_event: string, data: string): void {
    this.updates.push(JSON.parse(data));
  }

  get last(): [whole: boolean, ids: string[]] {
    const { whole, attempts } = this.updates.at(-1)!;
    return [whole, attempts.map(({ id }) => id)];
  }
}

test("publisher: a page is told all at first, then what is new", () => {
  const queue = new FakeQueue();
  const publisher = new Publisher([new Recorder(queue, "a")]);
  const end = (id: string) => queue.end(ran(1, performance.now(), performance.now(), { id }));
  end("q-1");
  publisher.publish([]);
  const page = new ToldPage(0);
  publisher.greet(page);
  assertEquals(page.last, [true, ["q-1"]]);
  end("q-2");
  publisher.publish([page]);
  assertEquals(page.last, [false, ["q-2"]]);
});

test("publisher: a page that has not read what it was told is told no more, and all when it has", () => {
  const queue = new FakeQueue();
  const publisher = new Publisher([new Recorder(queue, "a")]);
  const end = (id: string) => queue.end(ran(1, performance.now(), performance.now(), { id }));
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
  end("q-4");
  publisher.publish([slow]);
  assertEquals(slow.last, [false, ["q-4"]]);
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
