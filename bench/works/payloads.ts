/**
 * Bytes and objects to a worker and back.
 *
 * @module
 */
import { bareProcesses, bareThreads } from "../bare.ts";
import { inPools, type PoolContender, processPools, threadPools } from "../pools.ts";
import { assertSame, LOCAL, type Runtime, timed, type Work } from "../work.ts";

export const SIZES = { "1 kB": 1_000, "64 kB": 64_000, "1 MB": 1_000_000 };
/** A round takes so many bytes there and back, in no more trips than that and no fewer than these. */
const BYTES = 3_000_000;
const MAX_TRIPS = 300;
const MIN_TRIPS = 3;

/** What is sent: how it is made, and what tells whether it has come back whole. */
interface Payload {
  make(size: number): unknown;
  check(value: unknown): unknown;
}

interface Item {
  readonly id: number;
  readonly name: string;
  readonly on: boolean;
  readonly tags: readonly string[];
  readonly at: { readonly x: number; readonly y: number };
}

/** A record of about 100 bytes of JSON. */
const item = (id: number): Item => ({
  id,
  name: `The item with the number ${id}`,
  on: id % 2 === 0,
  tags: ["red", "green", "blue"],
  at: { x: id / 8, y: 1 - id / 4 },
});

const bytes: Payload = {
  make: (size) => new Uint8Array(size).fill(7),
  check: (value) => (value as Uint8Array).length,
};

export const objects: Payload = {
  make: (size) => Array.from({ length: size / 100 }, (_, id) => item(id)),
  check: (value) => JSON.stringify((value as Item[]).at(-1)),
};

function work(
  id: string,
  title: string,
  size: number,
  payload: Payload,
  pools: readonly PoolContender[],
  { on, handOver = false }: { on?: readonly Runtime[]; handOver?: boolean } = {},
): Work {
  const trips = Math.max(MIN_TRIPS, Math.min(MAX_TRIPS, Math.round(BYTES / size)));
  return {
    id,
    title,
    rounds: 7,
    ...on && { on },
    figures: { time: { unit: "µs a round trip", better: "less" } },
    contenders: inPools(pools, 1, (pool) => async () => {
      const sent = Array.from({ length: trips }, () => payload.make(size));
      const whole = payload.check(sent[0]);
      let back: unknown;
      const ms = await timed(async () => {
        for (const value of sent) {
          const transfer = handOver ? [(value as Uint8Array<ArrayBuffer>).buffer] : undefined;
          back = await pool.run("echo", value, transfer);
        }
      });
      assertSame(payload.check(back), whole, "What came back");
      return { time: ms * 1000 / trips };
    }),
  };
}

const threads = [...threadPools, bareThreads];
const processes = [...processPools, bareProcesses];

const named = (title: string) => title.replace(" ", "").toLowerCase();

/** To a thread and back. */
export const threadPayloads: readonly Work[] = [
  ...Object.entries(SIZES).flatMap(([title, size]) => [
    work(
      `threads-objects-${named(title)}`,
      `${title} of objects to a thread and back`,
      ...[size, objects, threads] as const,
    ),
    work(
      `threads-bytes-${named(title)}`,
      `${title} of bytes to a thread and back, copied`,
      ...[size, bytes, threads] as const,
    ),
  ]),
  work(
    "threads-transfer-1mb",
    "1 MB of bytes handed over to a thread, copied on the way back",
    ...[SIZES["1 MB"], bytes, threads, { handOver: true }] as const,
  ),
];

/** To a process and back. */
export const processPayloads: readonly Work[] = Object.entries(SIZES).flatMap(([title, size]) => [
  work(
    `processes-objects-${named(title)}`,
    `${title} of objects to a process and back`,
    ...[size, objects, processes, { on: LOCAL }] as const,
  ),
  // The bare pipe carries JSON, which knows no bytes.
  work(
    `processes-bytes-${named(title)}`,
    `${title} of bytes to a process and back`,
    ...[size, bytes, processPools, { on: LOCAL }] as const,
  ),
]);
