import { assertEquals } from "@std/assert";
import { parseFlags } from "../../../src/runtime/deno/start_flags.ts";
import { test } from "../../harness.ts";

/** What a command line in the folder `/home` says. */
const parsed = (line: string) => {
  const { allowed, ...rest } = parseFlags(line.split(" "), "/home");
  return { ...rest, allowed: Object.fromEntries(allowed) };
};
const nothing = { loading: [], namesConfig: false, allowed: {}, denied: [] };

test("start flags: what says how modules are found is kept, paths made absolute", () => {
  const { loading, namesConfig } = parsed(
    "deno run -c a.json --import-map=https://x.example/map.json --unstable-kv --unstable " +
      "--node-modules-dir=auto --quiet --no-prompt main.ts",
  );
  assertEquals(loading, [
    "--config=/home/a.json",
    "--import-map=https://x.example/map.json",
    "--unstable-kv",
    "--unstable",
    "--node-modules-dir=auto",
  ]);
  assertEquals(namesConfig, true);
  assertEquals(parsed("deno --no-config main.ts").namesConfig, true);
  assertEquals(parsed("deno run --unstable-kv main.ts").namesConfig, false);
});

test("start flags: permissions are kept by kind, denied ones as they are", () => {
  assertEquals(parsed("deno test -R=a,/b -NE --allow-read=c --deny-net=x:80 one.ts -A").allowed, {
    read: ["/home/a", "/b", "/home/c"],
    net: true,
    env: true,
    all: true,
  });
  const { denied } = parsed("deno -A --deny-net --deny-read=a,b --ignore-env=HOME main.ts");
  assertEquals(denied, ["--deny-net", "--deny-read=/home/a,/home/b", "--ignore-env=HOME"]);
});

test("start flags: a program's own arguments are none", () => {
  for (
    const line of ["deno run main.ts -A --unstable-kv", "deno main.ts -A", "deno -- -A", "deno"]
  ) {
    assertEquals(parsed(line), nothing);
  }
  assertEquals(parsed("deno run --conditions -A main.ts").allowed, {});
  assertEquals(parseFlags([], "/home"), { ...nothing, allowed: new Map() });
});
