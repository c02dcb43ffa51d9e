import { assert, assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { checkOptions, checks, type OptionChecks } from "../../../src/base/checks.ts";
import { show } from "../../../src/base/errors.ts";
import { WAIT_OPTION_CHECKS } from "../../../src/base/wait.ts";
import { QUEUE_OPTION_CHECKS } from "../../../src/engine/options.ts";
import { RUN_OPTION_CHECKS } from "../../../src/queue/run.ts";
import {
  DEFAULT_OPTIONS,
  resolveTaskOptions,
  TASK_OPTION_CHECKS,
  type TaskOptions,
} from "../../../src/task/options.ts";
import { VirtualClock } from "../../../src/testing/virtual_clock.ts";
import { test } from "../../harness.ts";

/** What an option may be, what it may not be, and what the message then says that it must be. */
interface Kind {
  readonly right: readonly unknown[];
  readonly wrong: readonly (readonly [value: unknown, Class: ErrorConstructor, must: string])[];
}

/** These are no numbers, strings, booleans, functions or signals, whatever else they are. */
const nothings: readonly unknown[] = [null, {}, [], Symbol("x")];

function wrongType(must: string, ...values: unknown[]): Kind["wrong"] {
  return [...nothings, ...values].map((value) => [value, TypeError, must]);
}

function outOfRange(must: string, ...values: unknown[]): Kind["wrong"] {
  return values.map((value) => [value, RangeError, must]);
}

const noNumbers = wrongType("a number", "1", true, 1n, new Date(0), () => 1);

const positive: Kind = {
  right: [1, 0.001, Number.MIN_VALUE, Infinity],
  wrong: [...noNumbers, ...outOfRange("> 0", 0, -0, -1, NaN, -Infinity)],
};
const notNegative: Kind = {
  right: [0, -0, 0.5, 1e12, Infinity],
  wrong: [...noNumbers, ...outOfRange(">= 0", -1, -Number.MIN_VALUE, NaN, -Infinity)],
};
const count: Kind = {
  right: [1, 2, 1e6],
  wrong: [
    ...noNumbers,
    ...outOfRange("> 0", 0, -1, -1.5, NaN),
    ...outOfRange("a whole number", 1.5, Infinity),
  ],
};
const countOrZero: Kind = {
  right: [0, 1, 1e6],
  wrong: [
    ...noNumbers,
    ...outOfRange(">= 0", -1, -0.5, NaN),
    ...outOfRange("a whole number", 0.5, Infinity),
  ],
};
const countOrInfinity: Kind = {
  right: [...countOrZero.right, Infinity],
  wrong: countOrZero.wrong.filter(([value]) => value !== Infinity),
};
const ordered: Kind = {
  right: [0, -1, 2.5, -Infinity, Infinity],
  wrong: [...noNumbers, ...outOfRange("a number that can be ordered", NaN)],
};
const fraction: Kind = {
  right: [0, 0.5, 1],
  wrong: [...noNumbers, ...outOfRange("from 0 to 1", -0.01, 1.01, NaN, Infinity)],
};
const time: Kind = {
  right: [0, -1, 1.5, Date.UTC(2030), new Date(0)],
  wrong: [
    ...wrongType("a number or a Date", "2030-01-01", true, 1n),
    ...outOfRange("a time", NaN, Infinity, -Infinity, new Date(NaN)),
  ],
};
const boolean: Kind = {
  right: [true, false],
  wrong: wrongType("a boolean", 1, 0, "true", () => true),
};
const string: Kind = { right: ["", "x"], wrong: wrongType("a string", 1, true, () => "x") };
const callback: Kind = {
  right: [() => {}, class {}, async () => {}],
  wrong: wrongType("a function", 1, true, "f"),
};
const signal: Kind = {
  right: [new AbortController().signal, AbortSignal.abort()],
  wrong: wrongType("an AbortSignal", 1, true, "x", new AbortController(), new EventTarget()),
};
const clock: Kind = {
  right: [new VirtualClock()],
  wrong: wrongType("a Clock", 1, true, "x", Date.now),
};
const any: Kind = { right: [null, 1, "x", {}, () => {}], wrong: [] };

function oneOf(first: string, second: string): Kind {
  const must = `'${first}' or '${second}'`;
  return {
    right: [first, second],
    wrong: [
      ...wrongType(must, 1, true),
      ...outOfRange(must, "", "other", first.toUpperCase(), ` ${second}`),
    ],
  };
}

const retain: Kind = {
  right: [...oneOf("all", "none").right, ...countOrZero.right],
  wrong: [
    ...oneOf("all", "none").wrong.filter(([value]) => typeof value !== "number"),
    ...countOrZero.wrong.filter(([value]) => typeof value === "number"),
  ],
};

const wrongObject = wrongType("an object", 1, true, "x")
  .filter(([value]) => typeof value !== "object" || value === null || Array.isArray(value));

const taskOptions: Record<string, Kind> = {
  priority: ordered,
  mustComplete: boolean,
  timeout: positive,
  retries: countOrInfinity,
  retryDelay: notNegative,
  backoff: positive,
  maxRetryDelay: notNegative,
  jitter: fraction,
  retryIf: callback,
  delay: notNegative,
  runAt: time,
  name: string,
  groupId: string,
  detached: boolean,
  metadata: any,
  signal,
  grace: notNegative,
  checkpoint: {
    right: [{ lookupAll: () => [], recordAll: () => {} }],
    wrong: wrongType("a Checkpoint", 1, "x", { lookupAll: () => [] }),
  },
  key: callback,
  namespace: string,
  keys: { right: [{}, { a: 1, b: "x", c: undefined }], wrong: wrongObject },
  after: {
    right: [[], new Set(), "x"],
    wrong: wrongType("an iterable of handles", 1, true, Promise.resolve())
      .filter(([value]) => !Array.isArray(value)),
  },
  dedupe: string,
};
const queueOptions: Record<string, Kind> = {
  workers: count,
  size: countOrZero,
  timeout: positive,
  mode: oneOf("finite", "infinite"),
  failPolicy: oneOf("continue", "fail-first"),
  onExit: oneOf("complete-priority", "cancel"),
  rate: {
    right: [...positive.right, { limit: 1, interval: 0.5 }],
    wrong: positive.wrong.filter(([value]) => typeof value !== "object" || value === null),
  },
  limits: { right: [{}, { a: { workers: 1, rate: 2, burst: 3, fair: true } }], wrong: wrongObject },
  aging: positive,
  asyncContext: boolean,
  defaults: { right: [{}, { retries: 1, keys: { a: 1 } }], wrong: [] },
  burst: count,
  retain,
  clock,
  onStart: callback,
  onComplete: callback,
  onRetry: callback,
  onProgress: callback,
};
const runOptions: Record<string, Kind> = {
  timeout: positive,
  strict: boolean,
  failPolicy: oneOf("continue", "fail-first"),
  signal,
};
const waitOptions: Record<string, Kind> = { timeout: notNegative, signal };

/** What a call throws. */
function thrown(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** An error by its very class, so that one class is not taken for another that it extends. */
function classAndMessage(error: unknown): unknown {
  return error instanceof Error ? [error.constructor, error.message] : error;
}

const sets: [kind: string, allowed: OptionChecks, kinds: Record<string, Kind>][] = [
  ["task", TASK_OPTION_CHECKS, taskOptions],
  ["queue", QUEUE_OPTION_CHECKS, queueOptions],
  ["run", RUN_OPTION_CHECKS, runOptions],
  ["wait", WAIT_OPTION_CHECKS, waitOptions],
];
for (const [kind, allowed, kinds] of sets) {
  test(`options: each ${kind} option says what it must be`, () => {
    assertEquals(Object.keys(allowed).sort(), Object.keys(kinds).sort());
    for (const [name, { right, wrong }] of Object.entries(kinds)) {
      for (const value of right) checkOptions(kind, { [name]: value }, allowed);
      for (const [value, Class, must] of wrong) {
        assertEquals(
          classAndMessage(thrown(() => checkOptions(kind, { [name]: value }, allowed))),
          [Class, `${name} must be ${must}: got ${show(value)}`],
        );
      }
    }
  });

  test(`options: an unknown ${kind} option is named, with the nearest known one`, () => {
    for (const name of Object.keys(allowed)) {
      assertEquals(
        classAndMessage(thrown(() => checkOptions(kind, { [`${name}x`]: 1 }, allowed))),
        [TypeError, `Unknown ${kind} option: '${name}x'. Did you mean '${name}'?`],
      );
    }
    for (const name of ["xyzzy", "constructor", "hasOwnProperty", ""]) {
      assertEquals(
        classAndMessage(thrown(() => checkOptions(kind, { [name]: undefined }, allowed))),
        [TypeError, `Unknown ${kind} option: '${name}'`],
      );
    }
  });
}

test("options: the messages of the documentation", () => {
  assertEquals(
    classAndMessage(thrown(() => checkOptions("queue", { workers: 0 }, QUEUE_OPTION_CHECKS))),
    [RangeError, "workers must be > 0: got 0"],
  );
  assertEquals(
    classAndMessage(thrown(() => resolveTaskOptions({ retry: 3 } as TaskOptions))),
    [TypeError, "Unknown task option: 'retry'. Did you mean 'retries'?"],
  );
});

test("options: the nearest name isn't proposed for one whose like does not exist", () => {
  for (const name of ["autoStart", "throwOnTimeout"]) {
    assertEquals(
      classAndMessage(
        thrown(() => checkOptions("queue", { [name]: false }, QUEUE_OPTION_CHECKS)),
      ),
      [TypeError, `Unknown queue option: '${name}'`],
    );
  }
});

test("options: what is no object is refused", () => {
  for (const value of [null, 1, "x", true, [], [1], () => {}]) {
    assertEquals(
      classAndMessage(thrown(() => checkOptions("task", value as object, TASK_OPTION_CHECKS))),
      [TypeError, `The task options must be an object: got ${show(value)}`],
    );
  }
});

test("options: undefined counts as left out, and so do inherited options", () => {
  for (const [kind, allowed] of sets) {
    const leftOut = Object.keys(allowed).map((name) => [name, undefined]);
    checkOptions(kind, Object.fromEntries(leftOut), allowed);
  }
  const inherited = Object.create({ timeout: -1, retries: 3, xyzzy: 1 });
  checkOptions("task", inherited, TASK_OPTION_CHECKS);
  assertEquals(resolveTaskOptions(inherited).retries, 0);
  assertEquals(resolveTaskOptions(Object.assign(inherited, { name: "own" })).retries, 0);
});

test("options: delay and runAt exclude each other", () => {
  assertEquals(
    classAndMessage(thrown(() => resolveTaskOptions({ delay: 0, runAt: new Date(0) }))),
    [TypeError, "delay and runAt exclude each other: got 0 and 1970-01-01T00:00:00.000Z"],
  );
  resolveTaskOptions({ delay: 1, runAt: undefined });
});

test("options: the defaults", () => {
  const { retryIf, runAt, name, groupId, metadata, signal, ...rest } = resolveTaskOptions({});
  assertEquals(rest, {
    mustComplete: false,
    timeout: Infinity,
    retries: 0,
    retryDelay: 0,
    backoff: 1,
    maxRetryDelay: Infinity,
    jitter: 0,
    delay: 0,
    detached: false,
    grace: 1000,
  });
  for (const value of [retryIf, runAt, name, groupId, metadata, signal]) {
    assertStrictEquals(value, undefined);
  }
});

test("options: what is given is kept, and the caller's object is left alone", () => {
  const options: TaskOptions = Object.freeze({
    mustComplete: true,
    timeout: 1,
    retries: 2,
    retryDelay: 3,
    backoff: 4,
    maxRetryDelay: 5,
    jitter: 0.6,
    retryIf: () => true,
    delay: 7,
    name: "a",
    groupId: "b",
    detached: true,
    metadata: { c: 1 },
    signal: new AbortController().signal,
    grace: 8,
  });
  const resolved = resolveTaskOptions(options);
  for (const name of Object.keys(options) as (keyof typeof resolved)[]) {
    assertStrictEquals(resolved[name], options[name]);
  }
  assertNotStrictEquals<unknown>(resolved, options);
  assertEquals(resolveTaskOptions({ runAt: new Date(5) }).runAt, 5);
});

test("options: tasks that are given nothing but a priority share one object", () => {
  for (const options of [undefined, {}, { priority: 1 }]) {
    assertStrictEquals(resolveTaskOptions(options), DEFAULT_OPTIONS);
  }
  assert(Object.isFrozen(DEFAULT_OPTIONS));
  for (const options of [{ priority: "1" }, { priority: NaN }, { Priority: 1 }]) {
    assert(thrown(() => resolveTaskOptions(options as unknown as TaskOptions)) instanceof Error);
  }
});

test("options: a setting is checked as the option of its name is", () => {
  assertEquals(classAndMessage(thrown(() => checks.count("workers", 0))), [
    RangeError,
    "workers must be > 0: got 0",
  ]);
});
