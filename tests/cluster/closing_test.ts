import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type BullConnection,
  type BullMQ,
  bullmqEngine,
  type ClusterEngine,
  QueueStateError,
} from "../../src/lanes/cluster/mod.ts";
import { Server } from "../../src/lanes/cluster/producer/server.ts";
import { closeWorker } from "../../src/lanes/cluster/wire/reach.ts";
import { test } from "../harness.ts";
import { Proxy } from "./proxy.ts";
import { bullmq, Cluster, makeEngine, serverPort } from "./support.ts";
import { add } from "./tasks.ts";

/** An engine that keeps all of BullMQ's objects that are made by it. */
function recording(port = serverPort): { engine: ClusterEngine; made: BullConnection[] } {
  const { connection, prefix } = makeEngine({ connection: { host: "127.0.0.1", port } });
  const made: BullConnection[] = [];
  const classes = Object.entries(bullmq).map(([name, Class]) => {
    if (!/^(Queue|QueueEvents|QueueEventsProducer|Worker)$/.test(name)) return [name, Class];
    const Recorded = class extends (Class as BullMQ["Queue"]) {
      constructor(...args: [string, unknown]) {
        super(...args);
        made.push(this);
      }
    };
    return [name, Recorded];
  });
  return { engine: bullmqEngine(Object.fromEntries(classes), { connection, prefix }), made };
}

async function socketsOf(connections: readonly BullConnection[]) {
  const clients = connections.flatMap(({ backend }) => [backend.client, backend.blockingClient]);
  return (await Promise.all(clients)).flatMap((client) => client?.stream ?? []);
}

const serverOf = (engine: ClusterEngine) => new Server(engine, "tasks", () => undefined, () => {});

test("cluster: when a node or a queue has closed, so have its sockets", async () => {
  await using proxy = await Proxy.start(serverPort, { endsAfter: 50 });
  const { engine, made } = recording(proxy.port);
  await using cluster = new Cluster(engine);
  for (const force of [false, true]) {
    const node = await cluster.node();
    const queue = cluster.queue();
    assertEquals(await queue.submit(add, [1, 1]).value(), 2);
    const sockets = await socketsOf(made);
    await Promise.all([queue.shutdown({ force }), node.close({ force })]);
    assertEquals(sockets.map(({ closed }) => closed), sockets.map(() => true));
    assertEquals(made.splice(0).length, 4);
  }
});

test("cluster: a connection's close ends after an earlier one's that is still under way", async () => {
  await using proxy = await Proxy.start(serverPort, { endsAfter: 50 });
  const { engine, made } = recording(proxy.port);
  const server = serverOf(engine);
  await server.look();
  const sockets = await socketsOf(made);
  void server.close();
  await server.close();
  assertEquals(sockets.map(({ closed }) => closed), [true, true]);
});

test("cluster: a connection that is closed while it comes about opens no more", async () => {
  const { engine, made } = recording();
  const server = serverOf(engine);
  const refused = assertRejects(() => server.look(), QueueStateError, "was closed");
  // From now on it is asked for its time.
  const sockets = await socketsOf(made);
  await server.close();
  await refused;
  assertEquals([sockets.length, made.length], [1, 1]);
});

test("cluster: a connection that isn't there yet when it is closed is closed in order", async () => {
  const { engine, made } = recording();
  const server = serverOf(engine);
  const refused = assertRejects(() => server.look(), QueueStateError, "was closed");
  await server.close();
  await refused;
  const sockets = await socketsOf(made);
  assertEquals(sockets.map(({ closed }) => closed), [true]);
});

test("cluster: a node is ready when BullMQ has said so, which it does by a timer", async () => {
  let saidSo = false;
  class Late extends bullmq.Worker {
    override on(event: string, listener: (...args: unknown[]) => void): unknown {
      if (event !== "ready") return super.on(event, listener);
      return super.on(event, () =>
        setTimeout(() => {
          saidSo = true;
          listener();
        }, 20));
    }
  }
  const { connection, prefix } = makeEngine();
  const late = bullmqEngine({ ...bullmq, Worker: Late } as BullMQ, { connection, prefix });
  await using cluster = new Cluster(late);
  await cluster.node();
  assert(saidSo);
});

test("cluster: a worker whose close fails leaves no timer", async () => {
  const worker = { close: () => Promise.reject(new Error("no")) };
  await closeWorker(worker as never, () => 0);
});
