/**
 * Ways to break what holds tasks back, and what says which goes before which.
 *
 * @module
 */
import { assume, drop, type Mutation, operator, replace } from "../mutate.ts";
import { anywhere, onEventLoop, onProcesses, onThreads } from "./breaks.ts";

/** Those of what holds tasks back and of which goes before which. */
export const scheduling: readonly Mutation[] = [
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
    // By its rank an entry is told from an earlier one of the same task.
    { where: "Limits.#isParked", edit: assume("this.#ranking.rank(task) === rank", true) },
  ),
  onEventLoop(
    "let a key hold back what comes after its task",
    "Dispatcher.#nextFree",
    replace("holder === undefined", "(holder !== undefined && this.ready.size > 1) || !holder"),
  ),
  onThreads(
    "keep the places of a task that was taken back",
    "Dispatcher.putBack",
    drop("giveBack(task)"),
  ),
  onThreads(
    "send tasks ahead though a key has a rate",
    "Dispatch.#depthFor",
    assume("maySendAhead", false),
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
  onProcesses(
    "leave a key where it is whose task never began",
    "FairQueue.putBack",
    drop("ring.first = lane"),
  ),
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
