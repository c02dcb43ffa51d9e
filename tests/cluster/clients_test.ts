import { assert, assertEquals } from "@std/assert";
import { createRequire } from "node:module";
import { QueueStateError } from "../../src/lanes/cluster/mod.ts";
import { Desk, eventually, inTime } from "../conformance/support.ts";
import { test } from "../harness.ts";
import { RedisServer } from "./server.ts";
import { closing, Cluster, makeEngine, serverPort } from "./support.ts";
import { add, open } from "./tasks.ts";

const require = createRequire(new URL("./npm/package.json", import.meta.url));

/** A client as a program has it for its own ends. */
interface Client extends AsyncDisposable {
  readonly status: string;
  ping(): Promise<string>;
  quit(): Promise<unknown>;
  listenerCount(event: string): number;
  disconnect(): void;
}

function makeClient(port = serverPort, options: object = {}): Client {
  const client: Client = new (require("ioredis").Redis)(port, "127.0.0.1", {
    ...{ maxRetriesPerRequest: null, retryStrategy: () => 20 },
    ...options,
  });
  (client as unknown as { on(event: string, listener: () => void): void }).on("error", () => {});
  return Object.assign(client, { [Symbol.asyncDispose]: () => closed(client) });
}

async function closed(client: Client): Promise<void> {
  const { stream } = client as unknown as { stream?: { closed: boolean; once: Closing } };
  client.disconnect();
  if (stream !== undefined && !stream.closed) {
    await new Promise((resolve) => stream.once("close", () => resolve(1)));
  }
}
type Closing = (event: "close", listener: () => void) => void;

const listeners = (client: Client) =>
  ["error", "close", "ready", "end"].map((event) => client.listenerCount(event));

for (const force of [false, true]) {
  test(`cluster: a client that was handed in stays open when its queue and node close, force: ${force}`, async () => {
    await using client = makeClient();
    assertEquals(await client.ping(), "PONG");
    const before = listeners(client);
    await using cluster = new Cluster(makeEngine({ connection: client }));
    const node = await cluster.node();
    const queue = cluster.queue();
    assertEquals(await queue.submit(add, [1, 1]).value(), 2);
    await queue.shutdown({ force });
    await node.close({ force });
    assertEquals([client.status, await client.ping()], ["ready", "PONG"]);
    assertEquals(listeners(client), before);
  });
}

test("cluster: a client that was handed in stays open when a node that is closing is closed by force, whose tasks run again", () =>
  inTime(600, (lockDuration) =>
    closing(async () => {
      await using client = makeClient();
      await using cluster = new Cluster(makeEngine({ connection: client }));
      using desk = new Desk();
      const node = await cluster.node({ lockDuration });
      const queue = cluster.queue();
      const handle = queue.submit(open, [desk.file("gate")]);
      await queue.start();
      await eventually(() => handle.progress === "begun", "it has begun");
      void node.close();
      await node.close({ force: true });
      assertEquals([client.status, await client.ping()], ["ready", "PONG"]);
      desk.open("gate");
      await cluster.node({ lockDuration });
      const result = await handle;
      assertEquals([result.status, result.attempts], ["succeeded", 2]);
    })));

test("cluster: a client that was handed in, and that reaches no server, goes on trying when its queue has closed", () =>
  closing(async () => {
    await using server = await RedisServer.start();
    await server.stop("SIGKILL");
    await using client = makeClient(server.port);
    const before = listeners(client);
    await using cluster = new Cluster(makeEngine({ connection: client, serverTimeout: 500 }));
    const queue = cluster.queue();
    const result = await queue.submit(add, [1, 1]);
    assert(result.status === "failed" && result.error instanceof QueueStateError);
    await queue.shutdown();
    await server.start();
    assertEquals(await client.ping(), "PONG");
    assertEquals(listeners(client), before);
  }));
