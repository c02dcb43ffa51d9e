import { assertEquals } from "@std/assert";
import { refusalOf, type RequestFacts } from "../../../src/dashboard/guard.ts";
import { test } from "../../harness.ts";

/** The status that a request is refused with; 200 if it is not. */
function ask(facts: Partial<RequestFacts>, hostname = "127.0.0.1"): number {
  const plain = { method: "GET", host: "127.0.0.1:8000", origin: undefined, site: undefined };
  return refusalOf({ ...plain, destination: undefined, ...facts }, hostname)?.status ?? 200;
}

test("guard: this machine's own names are answered, any other is refused", () => {
  for (const host of ["127.0.0.1:8000", "127.0.0.1", "localhost:1", "LOCALHOST", "[::1]:8000"]) {
    assertEquals(ask({ host }), 200, host);
  }
  const foreign = [
    ...[undefined, "", "evil.example", "evil.example:8000", "localhost.evil.example"],
    ...["127.0.0.1.evil.example", "192.168.1.5:8000", "evil.example@127.0.0.1", "127.0.0.1:8000:1"],
    ...["[::1", "::1", "localhost:port", "localhost/", "0.0.0.0", "[::ffff:8.8.8.8]", " "],
  ];
  for (const host of foreign) assertEquals(ask({ host }), 403, host);
});

test("guard: at another address, names that could be made to point here are refused", () => {
  for (const host of ["192.168.1.5:8000", "localhost", "[fe80::1]:80"]) {
    assertEquals(ask({ host }, "0.0.0.0"), 200, host);
  }
  assertEquals(ask({ host: "box.example:80" }, "box.example"), 200);
  for (const host of ["evil.example", "box.example.evil.example"]) {
    assertEquals(ask({ host }, "0.0.0.0"), 403, host);
  }
});

test("guard: other origins and sites are refused, but for a link to the page", () => {
  assertEquals(ask({ origin: "http://127.0.0.1:8000" }), 200);
  const foreign = [
    "http://evil.example",
    "null",
    "http://127.0.0.1:9000",
    "https://127.0.0.1:8000",
  ];
  for (const origin of foreign) assertEquals(ask({ origin }), 403, origin);
  assertEquals(ask({ site: "same-origin", destination: "empty" }), 200);
  assertEquals(ask({ site: "none", destination: "document" }), 200);
  assertEquals(ask({ site: "cross-site", destination: "document" }), 200);
  for (const destination of ["empty", "iframe", "script", "image", undefined]) {
    assertEquals(ask({ site: "cross-site", destination }), 403, destination);
    assertEquals(ask({ site: "same-site", destination }), 403, destination);
  }
});

test("guard: nothing but reading is allowed", () => {
  assertEquals(ask({ method: "HEAD" }), 200);
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "CONNECT", undefined]) {
    assertEquals(ask({ method }), 405, method);
  }
});
