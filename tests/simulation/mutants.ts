/**
 * Ways to break the library.
 *
 * @module
 */
import { assume, begin, drop, type Edit, type Mutation, operator, replace } from "./mutate.ts";

const breaks = (kind: Mutation["kind"]) => (name: string, where: string, edit: Edit): Mutation => ({
  ...{ name, where, edit, kind },
});
const anywhere = breaks(undefined);
const onEventLoop = breaks("event loop");
const onThreads = breaks("threads");
const onProcesses = breaks("processes");

/** Those of what all lanes share. */
const engine: readonly Mutation[] = [
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

/** Those of what holds tasks back and of which goes before which. */
const scheduling: readonly Mutation[] = [
  onEventLoop("let one more of a key run", "Key.isFull", operator(">=", ">=", ">")),
  onEventLoop("don't look at a key's rate", "Limits.holderOf", assume("opensAt() > now", false)),
  onEventLoop("don't count a start of a key", "Limits.take", drop("key.gate?.take(now)")),
  onEventLoop("open a window early", "WindowGate.opensAt", operator("+", "+", "+ 0.5 *")),
  onEventLoop("take no place of a key", "Limits.take", drop("key.active++")),
  onEventLoop(
    "keep the places of a task that has ended",
    "Limits.ended",
    drop("if (hasPlaces) key.active--"),
  ),
  onEventLoop(
    "let nobody go on when a task of a key has ended",
    "Limits.ended",
    replace("this.offer(key)", "0"),
  ),
  onEventLoop(
    "wake nobody when a key's window opens",
    "Limits.offer",
    drop("timers.add(key, opensAt)"),
  ),
  onEventLoop(
    "keep a key's places while its task waits for another",
    "Limits.giveBack",
    replace("this.offer(key)", "0"),
  ),
  onEventLoop(
    "let a task have its places back that are taken",
    "Limits.regain",
    assume("full === undefined", true),
  ),
  onEventLoop(
    "let the others of a key wait for one that another key holds",
    "Limits.#decided",
    drop("this.offer(key)"),
  ),
  onEventLoop(
    "order what a key holds by submission alone",
    "Limits.#put",
    replace("this.#ranking.rank(task)", "0"),
  ),
  onEventLoop(
    "let a key hold back what comes after its task",
    "Dispatcher.#nextFree",
    replace("holder === undefined", "(holder !== undefined && this.ready.size > 1) || !holder"),
  ),
  anywhere(
    "start a task when its first source has succeeded",
    "Barrier.#succeeded",
    operator("--this.#pending === 0", "===", ">="),
  ),
  anywhere(
    "take a source for succeeded that has not",
    "Barrier.ended",
    assume("source.place !== SUCCEEDED", false),
  ),
  anywhere("forget what waits for a task", "Barrier.ended", drop("this.#succeeded()")),
  anywhere(
    "don't look at how a source had ended",
    "Barrier.begin",
    assume("source.place !== SUCCEEDED", false),
  ),
  anywhere("wait for sources that have ended", "Barrier.begin", drop("this.#open()")),
  anywhere("cancel nothing after a failure", "Barrier.#fail", drop("this.#eachBlocked")),
  anywhere(
    "forget a blocked task's own time",
    "Intake.unblocked",
    replace("at! > now ? at : undefined", "undefined"),
  ),
  anywhere(
    "make a second task of a string",
    "Intake.submit",
    assume("twin !== undefined", false),
  ),
  anywhere(
    "let a task that has ended stand for others",
    "Intake.ended",
    drop("this.#deduped.delete(task.dedupe)"),
  ),
  anywhere(
    "want room for what another task stands for",
    "Intake.#countWanted",
    assume("this.#deduped.has(dedupe)", false),
  ),
  onEventLoop(
    "turn aging round",
    "Ranking.rank",
    operator("item.priority * this.aging + item.readyAt", "+", "-"),
  ),
  onEventLoop("don't age", "Ranking.rank", assume("this.aging === Infinity", true)),
  onEventLoop("forget when a task became ready", "Dispatcher.add", drop("task.readyAt =")),
  onEventLoop("give one key all turns", "FairQueue.pop", replace("lane.after", "lane")),
  onEventLoop("put a new key first", "link", drop("lane.after = first")),
  onEventLoop(
    "keep a ring where its last item was",
    "FairQueue.#seat",
    drop("this.#next.push(ring, rank, item.order)"),
  ),
  onEventLoop(
    "order rings by submission alone",
    "FairQueue.#seat",
    replace("this.#ranking.rank(item)", "0"),
  ),
];

/** Those of the event loop's lane. */
const eventLoop: readonly Mutation[] = [
  onEventLoop(
    "exceed the limit",
    "AsyncExecutor.room",
    operator("this.#limit - this.#active", "-", "+ 1 -"),
  ),
  onEventLoop(
    "don't give on the slot of what is abandoned",
    "AsyncExecutor.interrupt",
    drop("this.#release(slot)"),
  ),
  onEventLoop(
    "don't lend the slot of a task that waits",
    "AsyncExecutor.lend",
    drop("this.#active--"),
  ),
  onEventLoop("go on without a slot", "AsyncExecutor.#letResume", assume("this.room <= 0", false)),
  onEventLoop("count what is abandoned for ever", "AsyncExecutor.#end", drop("this.abandoned--")),
];

/** Those of the pool's own side. */
const host: readonly Mutation[] = [
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
  onThreads("start workers that fail for ever", "Starts.failed", drop("startFailed(error")),
  onThreads("keep idle workers that are too many", "Roster.rest", assume("#hasSurplus", false)),
  onThreads("start no worker again after failures", "Starts.grow", drop("this.#trial,")),
  onThreads(
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
const wireAndWorker: readonly Mutation[] = [
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

/** All of them. */
export const mutations: readonly Mutation[] = [
  ...engine,
  ...scheduling,
  ...eventLoop,
  ...host,
  ...wireAndWorker,
];
