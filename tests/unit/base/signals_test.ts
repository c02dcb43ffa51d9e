import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { listen, type SignalListener, unlisten } from "../../../src/base/signals.ts";
import { countListeners } from "../../abort_listeners.ts";
import { test } from "../../harness.ts";

class Listener implements SignalListener {
  readonly heard: unknown[] = [];
  readonly then: () => void;

  constructor(then: () => void = () => {}) {
    this.then = then;
  }

  aborted(reason: unknown): void {
    this.heard.push(reason);
    this.then();
  }
}

function setUp() {
  const controller = new AbortController();
  return { controller, signal: controller.signal, count: countListeners(controller.signal) };
}

test("signals: all listeners of a signal share one of the platform's", () => {
  const { controller, signal, count } = setUp();
  const listeners = Array.from({ length: 1000 }, () => new Listener());
  for (const listener of listeners) listen(signal, listener);
  assertEquals(count, { current: 1, most: 1 });
  const reason = new Error("stop");
  controller.abort(reason);
  for (const { heard } of listeners) assertEquals(heard, [reason]);
  assertEquals(count.current, 0);
});

test("signals: the platform's listener goes with the last one, and comes again", () => {
  const { signal, count } = setUp();
  const [first, second] = [new Listener(), new Listener()];
  listen(signal, first);
  listen(signal, second);
  unlisten(signal, first);
  assertEquals(count.current, 1);
  unlisten(signal, first);
  assertEquals(count.current, 1);
  unlisten(signal, second);
  assertEquals(count.current, 0);
  unlisten(signal, second);
  listen(signal, second);
  assertEquals(count, { current: 1, most: 1 });
});

test("signals: only those hear it who listen at the time, in the order of listening", () => {
  const { controller, signal } = setUp();
  const order: string[] = [];
  const gone = new Listener();
  listen(signal, gone);
  for (const name of ["a", "b", "c"]) listen(signal, new Listener(() => order.push(name)));
  unlisten(signal, gone);
  controller.abort();
  assertEquals([gone.heard, order], [[], ["a", "b", "c"]]);
});

test("signals: each signal has listeners of its own", () => {
  const [one, other] = [setUp(), setUp()];
  const listener = new Listener();
  listen(one.signal, listener);
  listen(other.signal, listener);
  one.controller.abort("one");
  assertEquals([listener.heard, one.count.current, other.count.current], [["one"], 0, 1]);
  unlisten(one.signal, listener);
  unlisten(other.signal, listener);
  other.controller.abort("other");
  assertEquals([listener.heard, other.count.current], [["one"], 0]);
});

test("signals: listeners may go while others hear it", () => {
  const { controller, signal, count } = setUp();
  const second = new Listener();
  const first: Listener = new Listener(() => {
    unlisten(signal, first);
    unlisten(signal, second);
  });
  listen(signal, first);
  listen(signal, second);
  controller.abort("stop");
  assertEquals([first.heard, count.current], [["stop"], 0]);
});

test("signals: whatever comes and goes, those who listen hear it once", () => {
  const steps = fc.array(fc.record({ listen: fc.boolean(), who: fc.nat(5) }), { maxLength: 50 });
  fc.assert(fc.property(steps, (steps) => {
    const { controller, signal, count } = setUp();
    const all = Array.from({ length: 6 }, () => new Listener());
    const listening = new Set<Listener>();
    for (const { listen: add, who } of steps) {
      if (add) {
        listen(signal, all[who]);
        listening.add(all[who]);
      } else {
        unlisten(signal, all[who]);
        listening.delete(all[who]);
      }
      assertEquals(count.current, listening.size > 0 ? 1 : 0);
    }
    controller.abort("stop");
    for (const listener of all) {
      assertEquals(listener.heard, listening.has(listener) ? ["stop"] : []);
    }
    assertEquals(count.current, 0);
  }));
});
