/**
 * Judges a history: whether what the queues did keeps to the {@linkcode RULES}. It reads nothing but the history, and
 * shares nothing with the queues.
 *
 * @module
 */
import type { TaskStatus } from "../../mod.ts";
import { Attempts } from "./attempts.ts";
import { Calls } from "./calls.ts";
import { Broken, ensureEqual } from "./ensure.ts";
import type { Event, History } from "./history.ts";
import { CAUSES, Model, type What } from "./model.ts";
import type { Rule } from "./rules.ts";
import { Scheduling } from "./scheduling.ts";
import { Stillness } from "./stillness.ts";
import { Tasks } from "./tasks.ts";
import { Workers } from "./workers.ts";

/** What is wrong with a history. */
export interface Violation {
  /** The rule that is broken. */
  readonly rule: Rule;
  readonly message: string;
  /** At which event it shows. */
  readonly index: number;
}

/**
 * Judges a history.
 *
 * @param history what happened
 * @returns the first thing that is wrong, if anything is
 */
export function judge(history: History): Violation | undefined {
  const checkers: Checker[] = [];
  const ends = new Map<string, TaskStatus>();
  let hasPools = false;
  for (const [index, event] of history.entries()) {
    try {
      if (event.is === "opened") {
        checkers[event.queue] = new Checker(ends);
        hasPools ||= event.options.lane !== "event loop";
        for (const checker of checkers) checker.hasPools = hasPools;
      }
      if (event.is === "admitted") {
        for (const [id, status] of event.endsBefore) ends.set(id, status);
      }
      if (event.queue >= 0) checkers[event.queue].see(event);
      else for (const checker of checkers) checker.see(event);
      if (event.is === "done") {
        const id = `${event.queue}-${event.task}`;
        const said = ends.get(id) ?? event.status;
        ensureEqual("one result", event.status, said, "the status of a task that had ended");
        ends.set(id, event.status);
        for (const checker of checkers) checker.sourceEnded(event);
      }
      if (event.is === "listened") checkListeners(event.listeners, checkers);
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      return { rule: error.rule, message: error.message, index };
    }
  }
  return undefined;
}

/** Queues that listen on the same signal share one listener. */
function checkListeners(listeners: What<"listened">["listeners"], checkers: Checker[]): void {
  for (const [signal, seen] of listeners) {
    const wanted = checkers.map((checker) => checker.listenersOn(signal));
    if (seen === 1 && wanted.includes("perhaps")) continue;
    const expected = wanted.includes("one") ? 1 : 0;
    ensureEqual("settling", seen, expected, `listeners on signal ${signal}`);
  }
}

/** Judges what happens to one queue. */
class Checker {
  readonly #model = new Model();
  readonly #scheduling = new Scheduling(this.#model);
  readonly #tasks = new Tasks(this.#model, this.#scheduling);
  readonly #attempts = new Attempts(this.#model, this.#scheduling);
  readonly #calls = new Calls(this.#model);
  readonly #workers = new Workers(this.#model, this.#attempts, this.#scheduling);
  readonly #stillness = new Stillness(this.#model, this.#scheduling);

  /** @param ends how the tasks of all queues have ended */
  constructor(ends: ReadonlyMap<string, TaskStatus>) {
    this.#model.ends = ends;
  }

  sourceEnded(event: Event): void {
    this.#scheduling.sourceEnded(event);
  }

  set hasPools(value: boolean) {
    this.#model.hasPools = value;
  }

  listenersOn(signal: number): ReturnType<Stillness["listenersOn"]> {
    return this.#stillness.listenersOn(signal);
  }

  see(event: Event): void {
    const model = this.#model;
    model.passTo(event);
    this.#attempts.passTo(event);
    switch (event.is) {
      case "opened":
        model.options = event.options;
        return this.#calls.resize(event.options.workers);
      case "admitted":
        return this.#tasks.admitted(event);
      case "submitting":
        model.submitting += event.count;
        model.openAtCalls.push(!model.closed);
        return;
      case "submitted":
        model.submitting -= event.count;
        model.wasOpen = model.openAtCalls.pop()!;
        return;
      case "refused":
        return this.#tasks.refused(event);
      case "deduped":
        return this.#scheduling.deduped(event);
      case "cancelling":
        model.causes.add(event.why);
        return;
      case "cancelled":
        return this.#tasks.cancelled(event);
      case "leaving":
        model.causes.add(CAUSES.left);
        return;
      case "aborting":
        return this.#calls.aborting(event.signal);
      case "aborted":
        return this.#tasks.aborted(event);
      case "resized":
        return this.#calls.resize(event.workers);
      case "paused":
        return this.#calls.paused();
      case "resumed":
        model.paused = false;
        return;
      case "cleared":
        model.cleared = true;
        return;
      case "resetting":
        return this.#calls.resetting();
      case "reset":
        return this.#calls.reset(event);
      case "asked":
        return this.#calls.asked(event);
      case "answered":
        return this.#calls.answered(event);
      case "started":
        return this.#attempts.started(event);
      case "retried":
        return this.#attempts.retried(event);
      case "done":
        return this.#tasks.done(event, this.#attempts);
      case "heard done":
        return this.#tasks.heardDone(model.task(event.task));
      case "begins":
        return this.#attempts.begins(event);
      case "called":
        return this.#attempts.called(event);
      case "listens":
      case "hears":
        return this.#attempts.listens(event);
      case "ends":
        return this.#attempts.ends(event);
      case "lends":
        Object.assign(model.body(event.task, event.attempt), { lent: true, lentAt: model.now });
        return;
      case "goes on":
        return this.#attempts.goesOn(event);
      case "still":
        this.#attempts.checkOrder();
        this.#stillness.check(event);
        this.#tasks.still();
        this.#scheduling.still();
        model.stillAt = model.now;
        model.abandonedAtEnd = event.stats.abandoned;
        return;
      case "computed":
        model.freeAt = model.now;
        return;
      case "wall clock set":
      case "listened":
        return;
      case "failure":
        throw new Broken("carried out", event.error);
      case "ended":
        return this.#ended();
      default:
        return this.#workers.see(event);
    }
  }

  #ended(): void {
    const model = this.#model;
    this.#tasks.ended();
    ensureEqual("one result", model.outstanding.length, 0, "tasks without a result");
    const open = Array.from(model.open, ({ call }) => call.what);
    ensureEqual("settling", open, [], "calls that were never answered");
    ensureEqual("settling", model.abandonedAtEnd, 0, "what is abandoned for ever");
    for (const { call, answer } of model.calls.values()) {
      if (call.what !== "wait" || answer?.error !== undefined) continue;
      ensureEqual(
        "one result",
        model.task(call.task).timesHeard,
        1,
        "how often a task was heard of",
      );
    }
  }
}
