/**
 * What reads messages that come from elsewhere, each with messages of all its kinds.
 *
 * @module
 */
import { AsyncQueue, attachQueue, inlineTask, NotPortableError } from "../../mod.ts";
import { decodeThrown, encodeThrown } from "../../src/lanes/pool/wire/error_codec.ts";
import type { RunMessage } from "../../src/lanes/pool/wire/protocol.ts";
import { encodePayload } from "../../src/lanes/pool/wire/payload.ts";
import { attemptsOf, RunMessageWriter } from "../../src/lanes/pool/wire/run_message.ts";
import { decodeValue, encodeValue } from "../../src/lanes/pool/wire/values.ts";
import { decode, encode } from "../../src/lanes/process/codec.ts";
import { referenceOf } from "../../src/portable/portable.ts";
import { Connection } from "../../src/remote/connection.ts";
import { QueueHost } from "../../src/remote/host.ts";
import type { Random } from "../random.ts";
import { mutate, mutateBytes } from "./mutate.ts";

/** Reads so many changed messages; throws when one does what it may not. */
export type Target = (count: number, random: Random) => void | Promise<void>;

/** Errors and values of all kinds, made anew, since to read them uses them up. */
function values(): unknown[] {
  const inner = Object.assign(new TypeError("inner"), { list: [1, { deep: new Map([[1, "x"]]) }] });
  const outer = new AggregateError([inner, inner, "text"], "outer", { cause: inner });
  const circle: Record<string, unknown> = { view: new Uint8Array(9).subarray(2, 4) };
  circle.self = [circle, new Set([circle])];
  const gaps: unknown[] = [inner];
  gaps[100_000] = outer;
  let deep: object = { error: outer };
  for (let i = 0; i < 450; i++) deep = { deep };
  return [
    outer,
    { inner, outer, plain: [1, "two", null, undefined] },
    circle,
    gaps,
    deep,
    { "trilane:value": [{ "trilane:value": 1 }] },
    new Map<unknown, unknown>([[inner, outer], ["x", new Set([inner])]]),
    new DOMException("stop", "AbortError"),
  ];
}

/** Many plain objects, which are sent as JSON. */
function records(): unknown[] {
  return Array.from({ length: 9 }, (_, id) => ({ id, tags: ["a", "b"] }));
}

function runMessage(): RunMessage {
  const writer = new RunMessageWriter();
  const common = {
    reference: 1,
    attempt: 1,
    name: "name",
    traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01`,
  };
  for (let i = 0; i < 4; i++) writer.add({ ...common, order: i, ticket: i }, [i, { i }]);
  writer.add({ ...common, order: 9, ticket: 9 }, encodePayload([new Error("in it")]));
  writer.add({ ...common, order: 11, ticket: 11 }, encodePayload([records()]));
  writer.add({ ...common, order: 10, ticket: 10, name: "other" }, []);
  const reference = referenceOf(inlineTask(() => 1))!;
  writer.message[1] = [[1, reference]];
  return writer.message;
}

/** Messages between a pool and its workers, of every kind, both ways. */
function poolMessages(): unknown[] {
  const thrown = encodeThrown(values()[0]);
  return [
    runMessage(),
    [1, 7, thrown],
    [0],
    [1, thrown],
    [2, 7, 42, 0.5, 8, encodeValue(values()[1]), 1, 9, undefined, 2],
    [3, 7, thrown, 0.5],
    [4, 7, { half: 0.5 }],
    [5, thrown],
    [6, 7],
    { queueId: "q", workerId: 1, initializer: undefined, initArgs: [], mark: [1, 2] },
  ];
}

function submission(): unknown[] {
  const reference = referenceOf(inlineTask((n: number) => n))!;
  const options = {
    priority: 1,
    retries: 1,
    name: "name",
    groupId: "group",
    metadata: encodeValue(values()[0]),
  };
  const batch = {
    functions: [[reference, "f"]],
    calls: [[0, [1], []], [0, [{}], []]],
    group: true,
    options,
  };
  return [0, 1, { ...batch, signal: true, aborted: undefined }];
}

/** What a holder of a port asks. */
function requests(): unknown[] {
  return [submission(), submission(), [1, 1, encodeThrown("enough")], [2, 2, ["1-1"], undefined], [
    4,
    3,
  ]];
}

/** What a queue says to the holder of a port. */
function answers(): unknown[] {
  const admitted = {
    id: "a",
    name: "f",
    priority: 1,
    mustComplete: false,
    detached: false,
    createdAt: 1,
    status: "pending",
  };
  const base = {
    id: "a",
    name: "f",
    attempts: 1,
    createdAt: 1,
    finishedAt: 3,
    duration: 2,
    startedAt: 1,
  };
  return [
    [[0, 1, { groupId: "g", tasks: [admitted], timeOrigin: 1 }]],
    [[1, 2, { pending: 1 }], [2, 3, encodeThrown(values()[0])]],
    [[3, "a", "running", 1, encodeValue(values()[1])]],
    [[4, "a", { status: "failed", outcome: encodeThrown(values()[0]), base, progress: 1 }]],
    [[4, "a", { status: "succeeded", outcome: 1, base, progress: undefined }]],
  ];
}

/** Fails unless what is thrown is one of these. */
function only(Classes: readonly (new (...args: never[]) => Error)[], read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!Classes.some((Class) => error instanceof Class)) throw error;
  }
}

/** By name. */
export const targets: Readonly<Record<string, Target>> = {
  "process frames": (count, random) => {
    const frames = [...poolMessages(), ...values().map((value) => encodeValue(value))].map(encode);
    for (let i = 0; i < count; i++) {
      const frame = mutateBytes(frames[random.below(frames.length)]!, random);
      only([SyntaxError], () => decode(frame));
    }
  },
  "process messages": (count, random) => {
    const messages = poolMessages();
    for (let i = 0; i < count; i++) {
      const copy = structuredClone(messages[random.below(messages.length)]);
      const mutated = mutate(copy, random);
      // What a task may send can be refused, but what was written is read.
      let bytes: Uint8Array | undefined;
      only([NotPortableError], () => bytes = encode(mutated));
      if (bytes !== undefined) decode(bytes);
    }
  },
  values: (count, random) => {
    const encoded = values().map((value) => encodeValue(value));
    for (let i = 0; i < count; i++) {
      decodeValue(mutate(structuredClone(encoded[random.below(encoded.length)]), random));
    }
  },
  thrown: (count, random) => {
    const encoded = values().map((value) => encodeThrown(value));
    for (let i = 0; i < count; i++) {
      const copy = structuredClone(encoded[random.below(encoded.length)]);
      decodeThrown(mutate(copy, random) as typeof encoded[0], "    at the site");
    }
  },
  "run messages": (count, random) => {
    const message = runMessage();
    for (let i = 0; i < count; i++) {
      const mutated = mutate(structuredClone(message), random) as RunMessage;
      only([TypeError], () => attemptsOf(mutated));
    }
  },
  "shared port": async (count, random) => {
    // Few for each queue: one that asks for its end comes up soon.
    for (let left = count; left > 0; left -= 100) {
      await using queue = new AsyncQueue({ retain: "none" });
      await queue.start();
      const port = new QueueHost(queue as never, () => {}).end;
      const messages = requests();
      for (let i = Math.min(left, 100); i > 0; i--) {
        port.postMessage(mutate(structuredClone(messages[random.below(messages.length)]), random));
      }
      using remote = attachQueue(port);
      // The numbers of its requests may have come up among the messages.
      await remote.stats().catch(() => {});
      if (!queue.closed) await queue.submit(() => 1).value();
      await queue.cancel();
    }
  },
  "attached port": async (count, random) => {
    const messages = answers();
    for (let left = count; left > 0; left -= 2_000) {
      const { port1, port2 } = new MessageChannel();
      const connection = new Connection(port1);
      const settled = [1, 2, 3].map((number) =>
        connection.request("ask", () => [4, number]).then(() => {}, () => {})
      );
      connection.follow({ id: "a", change() {}, end() {}, lose() {} });
      for (let i = Math.min(left, 2_000); i > 0; i--) {
        port2.postMessage(mutate(structuredClone(messages[random.below(messages.length)]), random));
      }
      const last = connection.request("ask last", () => [4, 4]).catch(() => {});
      port2.postMessage([[1, 4, "end"]]);
      await last;
      connection.close("it is over");
      port2.close();
      await Promise.all(settled);
    }
  },
};
