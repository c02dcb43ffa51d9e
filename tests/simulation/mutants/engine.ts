/**
 * Ways to break what all lanes share.
 *
 * @module
 */
import { assume, begin, drop, type Mutation, operator, replace } from "../mutate.ts";
import { anywhere, onThreads } from "./breaks.ts";

/** Those of what all lanes share. */
export const engine: readonly Mutation[] = [
  anywhere(
    "drop the result of a task that was retried",
    "Engine.finish",
    replace("this.history.add(task)", "task.attempts !== 2 && this.history.add(task)"),
  ),
  anywhere("tell nobody of an end", "Engine.finish", drop("this.announcer.ended(task)")),
  anywhere(
    "start out of order",
    "ReadyQueue.#lineFor",
    operator("lines[middle].priority < priority", "<", ">"),
  ),
  anywhere(
    "forget a waiting task in the heap",
    "ReadyQueue.#heapIsNext",
    assume("heap.size === 0", true),
  ),
  anywhere("run a task after it was cancelled", "ReadyQueue.#isInLine", begin("return true;")),
  anywhere(
    "let go of a task that must not be retried",
    "Retrying.#decide",
    drop("this.#host.finish("),
  ),
  anywhere(
    "leave the rate's timer behind",
    "Dispatcher.rest",
    drop("timers.remove(this.#gateTimer)"),
  ),
  anywhere(
    "lose a start that the rate has to count",
    "Dispatcher.dispatch",
    replace(
      "gate.take(now)",
      "this.ready.size % 2 && gate.take(now)",
    ),
  ),
  anywhere(
    "let one more start than the rate allows",
    "RateGate.opensAt",
    replace("this.#burst", "(this.#burst + 1)"),
  ),
  anywhere(
    "retry once more than allowed",
    "Retrying.#fail",
    operator("task.attempts > retries", ">", "> 1 +"),
  ),
  anywhere(
    "retry what must not be",
    "Retrying.#mayRetry",
    replace(
      "task.options.retryIf!(error, task.attempts)",
      "(task.options.retryIf!(error, task.attempts), true)",
    ),
  ),
  anywhere(
    "start a retry before its attempt has stopped",
    "Retrying.timedOut",
    assume("patience === STOPPED", true),
  ),
  anywhere(
    "wait for ever for an attempt to stop",
    "Retrying.timedOut",
    drop("this.stopping.giveUpAt(task, now + patience)"),
  ),
  anywhere("start a retry late", "Retrying.#fail", replace("now + delay", "now + delay + 5")),
  anywhere(
    "don't tell of a retry",
    "Retrying.#willRetry",
    drop("this.#host.announcer.retried(task, error)"),
  ),
  anywhere("don't count retries", "Retrying.#willRetry", drop("this.count++")),
  anywhere(
    "forget what is scheduled when all is cancelled",
    "Scheduled.items",
    assume("item instanceof Task", false),
  ),
  anywhere("let fail-first cancel what is protected", "Engine.#failRun", replace("false", "true")),
  anywhere(
    "let a detached task's failure cancel the others",
    "Engine.finish",
    assume("!options.detached", true),
  ),
  anywhere("let fail-first cancel nothing", "Engine.finish", drop("this.#failRun(task)")),
  anywhere(
    "let a run's timeout cancel what is protected",
    "runEngine",
    replace('queue.onExit === "cancel"', "true"),
  ),
  anywhere("let a run's timeout cancel nothing", "RunLimit.expire", drop("this.#end(")),
  anywhere(
    "count as running what has not begun",
    "Engine.returned",
    drop("this.running.remove(task)"),
  ),
  onThreads("count an attempt that has not begun", "Engine.returned", drop("task.unbegin()")),
  anywhere("leave a listener on a signal", "SignalTies.#drop", drop("unlisten(signal, tied)")),
  anywhere(
    "let a task outlive its signal",
    "Tied.aborted",
    replace("[...this]", "[...this].slice(1)"),
  ),
  anywhere("don't tell who waits for a milestone", "Engine.finish", drop("this.checkMilestones()")),
  anywhere(
    "start attempts while paused",
    "Dispatcher.dispatch",
    assume("!this.paused && this.started", true),
  ),
  anywhere("admit nobody who waits for room", "Admission.admit", drop("submitter.admit()")),
  anywhere(
    "admit one more than there is room for",
    "Admission.assertRoom",
    operator("wanted <= room", "<=", "<= 1 +"),
  ),
  anywhere(
    "start a delayed task early",
    "dueAt",
    replace("now + options.delay", "now + options.delay / 2"),
  ),
  anywhere("time an attempt out early", "Running.add", operator("now + timeout", "+", "+ 0.5 *")),
  anywhere(
    "leave the timeout of an attempt behind",
    "Running.remove",
    drop("this.#timers.remove(task)"),
  ),
  anywhere(
    "trust a wall clock that was set back",
    "ScheduledByDay.expired",
    assume("left <= 0", true),
  ),
  anywhere(
    "don't notice that the wall clock was set forward",
    "ScheduledByDay.#follow",
    assume("MIN_JUMP_MS", true),
  ),
  anywhere("tell of a task in two summaries", "History.settle", drop("this.#owed = emptyTally()")),
  anywhere(
    "don't start a queue that is waited for",
    "Lifecycle.awaited",
    drop("this.#tryToStart()"),
  ),
];
