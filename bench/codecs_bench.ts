/**
 * What it costs to bring values across: into what can be cloned, and into the bytes of a process's frames.
 *
 * @module
 */
import { decodeThrown, encodeThrown } from "../src/lanes/pool/wire/error_codec.ts";
import { decodeValue, encodeValue } from "../src/lanes/pool/wire/values.ts";
import { decode, encode } from "../src/lanes/process/codec.ts";

const values = {
  number: 42,
  "1 kB of text": "x".repeat(1000),
  record: { id: 7, name: "seven", tags: ["a", "b"], nested: { on: true } },
  "100 records": Array.from({ length: 100 }, (_, id) => ({ id, name: `n${id}` })),
  "64 kB of bytes": new Uint8Array(65_536),
  "map of dates": new Map(Array.from({ length: 20 }, (_, i) => [i, new Date(i)])),
};

for (const [name, value] of Object.entries(values)) {
  Deno.bench({
    name: `${name}: values`,
    group: "values",
    fn: () => void decodeValue(encodeValue(value)),
  });
  Deno.bench({ name: `${name}: frames`, group: "frames", fn: () => void decode(encode(value)) });
}

const error = new RangeError("out", { cause: new Error("of") });
Deno.bench({
  name: "an error with a cause",
  group: "errors",
  fn: () => void decodeThrown(encodeThrown(error)),
});
