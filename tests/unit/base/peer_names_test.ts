import { assertEquals } from "@std/assert";
import { peerName } from "../../../src/base/peer_names.ts";
import { test } from "../../harness.ts";

test("peer names: what other queues call an option", () => {
  const known = ["workers", "rate", "retries", "signal"];
  assertEquals(peerName("concurrency", known), "workers");
  assertEquals(peerName("maxThreads", known), "workers");
  assertEquals(peerName("limit", known), "rate: { limit, interval }");
  assertEquals(peerName("attempts", known), "retries");
});

test("peer names: none where the call has no such option, or the name is unknown", () => {
  for (const name of ["ttl", "xyzzy", "workers", "constructor", "toString", ""]) {
    assertEquals(peerName(name, ["workers"]), undefined);
  }
});

test("peer names: an empty one for what nothing here does", () => {
  for (const name of ["autoStart", "throwOnTimeout"]) assertEquals(peerName(name, ["onStart"]), "");
});
