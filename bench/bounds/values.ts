/**
 * Objects as text and as clones: what they cost to bring over a boundary.
 *
 * @module
 */
import { deserialize, serialize } from "node:v8";
import { objects, SIZES } from "../works/payloads.ts";
import { type Bound, perCall, report } from "./bound.ts";

/** How many bytes each measurement goes through. */
const BYTES = 4_000_000;

const ways: Readonly<Record<string, (value: unknown) => unknown>> = {
  "JSON": (value) => JSON.parse(JSON.stringify(value)),
  "`structuredClone`": structuredClone,
  "`node:v8`": (value) => deserialize(serialize(value)),
};

const bounds = Object.entries(SIZES).flatMap(([title, size]) =>
  Object.entries(ways).map(([way, copy]): Bound => ({
    name: `${title} of objects, written and read: ${way}`,
    unit: "µs",
    async measure() {
      const value = objects.make(size);
      return await perCall(Math.ceil(BYTES / size), () => copy(value)) / 1000;
    },
  }))
);

await report("Values", bounds);
