import { assertEquals, assertRejects } from "@std/assert";
import { QueueStateError } from "../../src/lanes/cluster/mod.ts";
import { test } from "../harness.ts";
import { type Certificate, makeCertificate } from "./certificate.ts";
import { RedisServer } from "./server.ts";
import { closing, Cluster, makeEngine } from "./support.ts";
import { add } from "./tasks.ts";

const password = "secret";

/** Runs a body with a server that talks TLS alone, and asks for a password. */
async function withServer(
  body: (server: RedisServer, certificate: Certificate) => Promise<void>,
): Promise<void> {
  const certificate = await makeCertificate();
  await using server = await RedisServer.start({ password, certificate });
  await body(server, certificate);
}

test("cluster: a server with TLS and a password is one like any other", () =>
  withServer(async ({ port }, { cert }) => {
    const connection = { host: "127.0.0.1", port, password, tls: { ca: cert } };
    await using cluster = new Cluster(makeEngine({ connection }));
    await cluster.node();
    const queue = cluster.queue();
    assertEquals(await queue.group(add, [[1, 2], [3, 4]]).values(), [3, 7]);
    await queue.shutdown();
  }));

test("cluster: the URL rediss: is one of a server with TLS", () =>
  withServer(async ({ port }, { cert }) => {
    const connection = { url: `rediss://:${password}@127.0.0.1:${port}`, tls: { ca: cert } };
    await using cluster = new Cluster(makeEngine({ connection }));
    await cluster.node();
    assertEquals(await cluster.queue().submit(add, [1, 2]).value(), 3);
  }));

test("cluster: a server whose certificate nobody vouches for is not talked to", () =>
  closing(() =>
    withServer(async ({ port }) => {
      const connection = { host: "127.0.0.1", port, password, tls: {} };
      await using cluster = new Cluster(makeEngine({ connection, serverTimeout: 500 }));
      await assertRejects(() => cluster.node(), QueueStateError, "could not be reached");
    })
  ));
