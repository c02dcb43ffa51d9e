import { assert, assertEquals } from "@std/assert";
import { Claims } from "../../src/pool/claims.ts";
import { Journal } from "../../src/pool/journal.ts";
import {
  type DownMessage,
  READY,
  type RunMessage,
  type UpMessage,
  VALUES,
} from "../../src/pool/protocol.ts";
import { RunMessageWriter } from "../../src/pool/run_message.ts";
import { Server } from "../../src/pool/serve.ts";
import { test } from "../harness.ts";

/** A task that takes at least so many milliseconds. */
const source = `(ms, isAsync) => {
  const end = performance.now() + ms;
  while (performance.now() < end);
  return isAsync ? Promise.resolve(ms) : ms;
}`;
const REFERENCE = 1;

/** A worker's server without a worker, which has run one task. */
class Bench {
  readonly sent: UpMessage[] = [];
  /** How often it has spun. */
  spun = 0;
  /** What comes while it spins. */
  next: () => DownMessage | undefined = () => undefined;
  readonly #claims = new Claims();
  readonly #server: Server;
  #tickets = 0;

  constructor() {
    const uplink = {
      post: (message: UpMessage) => void this.sent.push(message),
      spin: () => {
        this.spun++;
        return this.next();
      },
    };
    const greeting = { queueId: "q1", workerId: 1, initializer: undefined, initArgs: [] };
    this.#server = new Server(uplink, this.#claims, new Journal(), greeting);
  }

  async start(): Promise<void> {
    await this.#server.start();
    const message = this.run(0, false);
    message[1] = [[REFERENCE, { kind: "inline", source, name: "busy" }]];
    this.receive(message);
    await this.#server.idle();
    assertEquals(this.sent.splice(0).map(([kind]) => kind), [READY, VALUES]);
  }

  /** A message with one task. */
  run(ms: number, spins: boolean, isAsync = false): RunMessage {
    const ticket = ++this.#tickets;
    const writer = new RunMessageWriter();
    const job = { order: ticket, ticket, reference: REFERENCE, attempt: 1, name: "busy" };
    writer.add(job, [ms, isAsync]);
    writer.message[2] = spins;
    this.#claims.send(ticket);
    return writer.message;
  }

  receive(message: DownMessage): void {
    this.#server.receive(message);
  }

  get busy(): boolean {
    return this.#server.busy;
  }

  idle(): Promise<void> {
    return this.#server.idle();
  }
}

test("server: a task that comes while it spins is run at once, after the one before has been told of", async () => {
  const bench = new Bench();
  await bench.start();
  bench.next = () => {
    assertEquals(bench.sent.length, 1);
    bench.next = () => undefined;
    return bench.run(0, true);
  };
  bench.receive(bench.run(0, true));
  assertEquals(bench.sent.map(([kind, ticket]) => [kind, ticket]), [[VALUES, 2], [VALUES, 3]]);
  assertEquals([bench.spun, bench.busy], [2, false]);
});

test("server: it spins only as the last message says", async () => {
  const bench = new Bench();
  await bench.start();
  bench.receive(bench.run(0, false));
  assertEquals(bench.spun, 0);
  bench.next = () => bench.run(0, false);
  bench.receive(bench.run(0, true));
  assertEquals([bench.spun, bench.sent.length], [1, 3]);
});

test("server: the event loop gets its turn, however soon one task comes after the other", async () => {
  const bench = new Bench();
  await bench.start();
  const enough = 10_000;
  bench.next = () => bench.spun === enough ? undefined : bench.run(0.1, true);
  bench.receive(bench.run(0.1, true));
  assert(bench.spun < enough);
  assertEquals(bench.busy, false);
});

test("server: a task that stops the clock doesn't keep the event loop from its turn", async () => {
  const bench = new Bench();
  await bench.start();
  const enough = 1_000_000;
  bench.next = () => bench.spun === enough ? undefined : bench.run(0, true);
  const now = performance.now.bind(performance);
  performance.now = () => 0;
  try {
    bench.receive(bench.run(0, true));
  } finally {
    performance.now = now;
  }
  assert(bench.spun < enough);
});

test("server: it doesn't spin once the event loop may have taken a message in", async () => {
  const bench = new Bench();
  await bench.start();
  bench.receive(bench.run(0, true, true));
  await bench.idle();
  assertEquals([bench.spun, bench.sent.length], [0, 1]);
  bench.receive(bench.run(0, true));
  assertEquals(bench.spun, 1);
});
