/**
 * Ways to break pools.
 *
 * @module
 */
import { assume, begin, drop, type Mutation, operator, replace } from "../mutate.ts";
import { onFailingStarts, onProcesses, onThreads } from "./breaks.ts";

/** Those of the pool's own side. */
export const host: readonly Mutation[] = [
  onThreads(
    "run more workers than there may be",
    "Roster.constructor",
    operator("this.#ids.size < this.limit", "<", "<="),
  ),
  onThreads("give an id to two workers", "Roster.#startOne", drop("this.#ids.take(worker)")),
  onThreads(
    "fail what had not begun with its worker",
    "Dispatch.gone",
    replace("begun || interrupted", "true"),
  ),
  onThreads(
    "lose what has not begun with its worker",
    "Dispatch.gone",
    drop("this.#giveBack(attempt)"),
  ),
  onThreads(
    "lose what was noted before a death",
    "Dispatch.ending",
    drop("this.#inbox.readJournal(worker)"),
  ),
  onThreads(
    "send to a worker that is to go",
    "PoolWorker.roomFor",
    assume('this.state !== "ready"', false),
  ),
  onThreads(
    "leave a worker alone that does not stop",
    "Dispatch.interrupt",
    drop("this.roster.kill(worker)"),
  ),
  onProcesses(
    "don't wait for a process to end",
    "Dispatch.interrupt",
    replace("STOP_WILL_BE_TOLD", "STOPPED"),
  ),
  onThreads(
    "let an attempt start before the one before it has ended",
    "Dispatch.#finish",
    replace("this.#advance(worker, now)", "this.#advance(worker, attempt.toldAt)"),
  ),
  onThreads("start workers that fail for ever", "Starts.failed", drop("startFailed(error")),
  onThreads("keep idle workers that are too many", "Roster.rest", assume("#hasSurplus", false)),
  onThreads("start no worker again after failures", "Starts.grow", drop("this.#trial,")),
  onFailingStarts(
    "let tasks wait for workers that hang, though no other can be started",
    "Starts.#isHopeless",
    replace("now - since >= this.#settings.startTimeout", "false"),
  ),
  onThreads(
    "keep the program alive with nothing to do",
    "PoolWorker.drop",
    drop("this.link.hold(false)"),
  ),
  onThreads(
    "take the end of an interrupted attempt for its task's",
    "Dispatch.#finish",
    assume("attempt.interrupted", false),
  ),
  onThreads(
    "send a task ahead that comes after one that waits",
    "Dispatch.takeBack",
    assume("!isWanted(last.task)", true),
  ),
  onThreads(
    "give one ticket to two tasks",
    "PoolWorker.#nextTicket",
    replace("this.#tickets", "Math.min(2, this.#tickets)", "return"),
  ),
  onThreads(
    "tell nobody that an interrupted attempt has stopped",
    "Dispatch.#stopped",
    drop("this.#host.stopped(attempt.task)"),
  ),
  onThreads("close no idle worker", "Idle.#sweepUp", drop("this.#listener.close(worker)")),
];

/** Those of what goes over the wire, and of the worker's side. */
export const wireAndWorker: readonly Mutation[] = [
  onThreads("begin what was taken back", "Claims.begin", operator("=== sent", "===", "!==")),
  onThreads("hide that a task has begun", "Claims.hasBegun", begin("return false;")),
  onThreads("take an attempt for one that has not asked", "Claims.touch", begin("return;")),
  onThreads(
    "mix the values up that are noted",
    "Journal.notes",
    operator("from += textLength(fields, at)", "+=", "+= 0 *"),
  ),
  onThreads("note a result before it is written", "Journal.note", replace("slot + 1", "slot")),
  onThreads(
    "read one task too few",
    "attemptsOf",
    operator("ticket < first + count", "<", "< -1 +"),
  ),
  onThreads(
    "take tasks of two attempts for one series",
    "RunMessageWriter.#continues",
    assume("attempt === last.attempt", true),
  ),
  onThreads(
    "run what was taken back",
    "Runner.#runAll",
    assume("!this.claims.begin(sent.ticket)", false),
  ),
  onThreads("forget the results that were kept back", "Results.#send", drop("this.#post(")),
  onThreads(
    "clear what has not been sent",
    "Results.succeed",
    replace("this.#kept.push(ticket, value, took)", "0"),
  ),
  onThreads("don't tell a task that it is to stop", "Runner.receive", drop("this.#current.abort")),
  onThreads("say nothing of an error", "Results.fail", drop("this.#post(")),
];
