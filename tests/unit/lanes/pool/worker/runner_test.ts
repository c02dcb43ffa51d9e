import { assert, assertEquals } from "@std/assert";
import { Claims } from "../../../../../src/lanes/pool/wire/claims.ts";
import { Journal } from "../../../../../src/lanes/pool/wire/journal.ts";
import {
  type DownMessage,
  READY,
  type RunMessage,
  type UpMessage,
  VALUES,
} from "../../../../../src/lanes/pool/wire/protocol.ts";
import { RunMessageWriter } from "../../../../../src/lanes/pool/wire/run_message.ts";
import { now } from "../../../../../src/lanes/pool/worker/now.ts";
import { Runner } from "../../../../../src/lanes/pool/worker/runner.ts";
import { test } from "../../../../harness.ts";

/** A task that takes no time, as far as the clock goes. */
const source = "(isAsync) => isAsync ? Promise.resolve() : 1";
const REFERENCE = 1;

/** A worker's runner without a worker, which has run one task. */
class Bench {
  readonly sent: UpMessage[] = [];
  /** How often it has spun. */
  spun = 0;
  /** What its clock says, unless it is the system's. */
  time = 0;
  /** What comes while it spins. */
  next: () => DownMessage | undefined = () => undefined;
  readonly #claims = new Claims();
  readonly #runner: Runner;
  #tickets = 0;

  /** @param readClock The runner's clock. */
  constructor(readClock?: () => number) {
    const uplink = {
      post: (message: UpMessage) => void this.sent.push(message),
      report: (error: unknown) => assert(false, String(error)),
      spin: () => {
        this.spun++;
        return this.next();
      },
    };
    const greeting = {
      queueId: "q1",
      asyncContext: false,
      workerId: 1,
      initializer: null,
      initArgs: [],
      teardown: null,
    };
    this.#runner = new Runner(
      uplink,
      this.#claims,
      new Journal(),
      greeting,
      readClock ?? (() => this.time),
    );
  }

  async start(): Promise<void> {
    await this.#runner.start();
    const message = this.run(false);
    message[1] = [[REFERENCE, { kind: "inline", source, name: "task" }]];
    this.receive(message);
    await this.#runner.idle();
    assertEquals(this.sent.splice(0).map(([kind]) => kind), [READY, VALUES]);
  }

  /** A message with one task. */
  run(spins: boolean, isAsync = false): RunMessage {
    const ticket = ++this.#tickets;
    const writer = new RunMessageWriter();
    const sent = {
      order: ticket,
      ticket,
      reference: REFERENCE,
      attempt: 1,
      name: "task",
      traceparent: undefined,
    };
    writer.add(sent, [isAsync]);
    writer.message[2] = spins;
    this.#claims.send(ticket);
    return writer.message;
  }

  receive(message: DownMessage): void {
    this.#runner.receive(message);
  }

  get busy(): boolean {
    return this.#runner.busy;
  }

  idle(): Promise<void> {
    return this.#runner.idle();
  }
}

test("runner: a task that comes while it spins is run at once, after the one before has been told of", async () => {
  const bench = new Bench();
  await bench.start();
  bench.next = () => {
    assertEquals(bench.sent.length, 1);
    bench.next = () => undefined;
    return bench.run(true);
  };
  bench.receive(bench.run(true));
  assertEquals(bench.sent.map(([kind, ticket]) => [kind, ticket]), [[VALUES, 2], [VALUES, 3]]);
  assertEquals([bench.spun, bench.busy], [2, false]);
});

test("runner: it spins only as the last message says", async () => {
  const bench = new Bench();
  await bench.start();
  bench.receive(bench.run(false));
  assertEquals(bench.spun, 0);
  bench.next = () => bench.run(false);
  bench.receive(bench.run(true));
  assertEquals([bench.spun, bench.sent.length], [1, 3]);
});

test("runner: the event loop gets its turn, however soon one task comes after the other", async () => {
  const bench = new Bench();
  await bench.start();
  const enough = 100;
  bench.next = () => {
    bench.time += 0.25;
    return bench.spun === enough ? undefined : bench.run(true);
  };
  bench.receive(bench.run(true));
  assertEquals([bench.spun, bench.busy], [20, false]);
});

test("runner: a task that stops the clock doesn't keep the event loop from its turn", async () => {
  const bench = new Bench(now);
  await bench.start();
  const enough = 1_000_000;
  bench.next = () => bench.spun === enough ? undefined : bench.run(true);
  const original = performance.now;
  performance.now = () => 0;
  try {
    bench.receive(bench.run(true));
  } finally {
    performance.now = original;
  }
  assert(bench.spun < enough);
});

test("runner: it doesn't spin once the event loop may have taken a message in", async () => {
  const bench = new Bench();
  await bench.start();
  bench.receive(bench.run(true, true));
  await bench.idle();
  assertEquals([bench.spun, bench.sent.length], [0, 1]);
  bench.receive(bench.run(true));
  assertEquals(bench.spun, 1);
});

test("runner: a message that takes long to read keeps it from spinning for a while", async () => {
  const bench = new Bench();
  await bench.start();
  bench.next = () => {
    if (bench.spun > 1) return undefined;
    bench.time += 1;
    return bench.run(true);
  };
  bench.receive(bench.run(true));
  assertEquals([bench.spun, bench.sent.length], [1, 2]);
  bench.time += 99;
  bench.receive(bench.run(true));
  assertEquals(bench.spun, 1);
  bench.time += 2;
  bench.receive(bench.run(true));
  assertEquals([bench.spun, bench.sent.length], [2, 4]);
});

test("runner: one that has spun in vain doesn't spin again for a moment", async () => {
  const bench = new Bench();
  await bench.start();
  bench.receive(bench.run(true));
  assertEquals(bench.spun, 1);
  bench.time += 0.4;
  bench.receive(bench.run(true));
  assertEquals(bench.spun, 1);
  bench.time += 0.2;
  bench.receive(bench.run(true));
  assertEquals([bench.spun, bench.sent.length], [2, 3]);
});
