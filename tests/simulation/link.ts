/**
 * The pool's end of a worker that is simulated: what goes over it takes its time and may be lost, and so may the worker.
 * Behind it is the library's own worker side.
 *
 * @module
 */
import type { Clock } from "../../mod.ts";
import type { Exit, LinkListener, WorkerLink } from "../../src/lanes/pool/host/link.ts";
import { encodeThrown } from "../../src/lanes/pool/wire/error_codec.ts";
import type { PoolJournal } from "../../src/lanes/pool/wire/journal.ts";
import {
  type DownMessage,
  type Greeting,
  READY,
  RUN,
  UNREADY,
  type UpMessage,
} from "../../src/lanes/pool/wire/protocol.ts";
import { attemptsOf } from "../../src/lanes/pool/wire/run_message.ts";
import { Runner } from "../../src/lanes/pool/worker/runner.ts";
import type { Happening } from "./history.ts";
import { type Holder, Ledger } from "./ledger.ts";
import { lendMemory, type Memory } from "./memory.ts";
import type { PoolScript, QueueScript, StartScript } from "./program.ts";
import { isSendable, ticketsOf, Way } from "./way.ts";

/** Where the workers of a pool live. */
export interface Workplace {
  /** What really happens takes its time here, not on the queue's own clock. */
  readonly clock: Clock;
  readonly script: QueueScript;
  /** All links that there have been. */
  readonly links: SimulatedLink[];
  /** How many messages have gone each way. */
  readonly messages: { down: number; up: number };
  note(happening: Happening): void;
  /** A task of a submission is heard of, which may not have been before. */
  meet(task: number, submission: number): void;
}

/** What comes of a promise that is never settled. */
export const never = (): Promise<never> => new Promise(() => {});

/** What comes of the start of a worker. */
function startOf({ starts, lastStartRepeats }: PoolScript, worker: number): StartScript {
  const last = starts.length - 1;
  return starts[lastStartRepeats ? Math.min(worker, last) : worker % starts.length];
}

/** A worker and the pool's end of it. */
export class SimulatedLink implements WorkerLink, Holder {
  readonly claims: Ledger;
  readonly journal: PoolJournal | undefined;
  readonly number: number;
  /** Whether nothing that it does has an effect any more. */
  dead = false;
  readonly #workplace: Workplace;
  readonly #listener: LinkListener;
  readonly #script: StartScript;
  readonly #memory: Memory;
  #runner: Runner | undefined;
  readonly #down: Way<DownMessage>;
  readonly #up: Way<UpMessage>;
  readonly #timers = new Set<unknown>();
  /** What has come while its task does not yield. */
  readonly #inbox: DownMessage[] = [];
  /** What a task keeps its worker from saying. */
  readonly #kept: (() => void)[] = [];
  /** Whether its task does not yield. */
  #computes = false;
  #received = 0;
  #killed = false;
  #closed = false;
  #held: boolean | undefined;

  constructor(greeting: Greeting, listener: LinkListener, workplace: Workplace) {
    const { clock, links, script: { pool } } = workplace;
    this.#workplace = workplace;
    this.#listener = listener;
    this.number = links.push(this) - 1;
    this.#script = startOf(pool, this.number);
    this.#memory = lendMemory();
    this.claims = new Ledger(this.#memory, this);
    this.journal = pool.journal ? this.#memory.journal : undefined;
    this.#down = new Way(clock, (message) => this.#arrive(message));
    this.#up = new Way(clock, (message) => this.#hear(message));
    this.note({ is: "worker starts", worker: this.number, id: greeting.workerId });
    if (this.#script.how === "throws") {
      this.#close();
      this.note({ is: "worker fails", worker: this.number });
      throw new Error("no start");
    }
    this.after(this.#script.ms, () => this.#start(greeting));
  }

  #start(greeting: Greeting): void {
    const { clock } = this.#workplace;
    const { how } = this.#script;
    if (how === "never") return;
    if (how === "dies") return this.die({ exitCode: 1, error: new Error("no start") }, "crash");
    const post = (message: UpMessage) => this.#say(message);
    if (how === "unready") {
      return post([UNREADY, encodeThrown(new Error("no start"))]);
    }
    const poll = () => this.#inbox.shift();
    this.#runner = new Runner(
      { post, poll, report: console.error },
      this.claims,
      this.journal && this.claims.journal,
      greeting,
      () => clock.now(),
    );
    this.#runner.start();
  }

  // The pool's side

  post(message: DownMessage): void {
    if (!message.every(isSendable)) throw new TypeError("A function can't be sent");
    const copy = [...message] as unknown as DownMessage;
    if (message[0] === RUN) {
      for (const job of attemptsOf([...message] as typeof message)) {
        this.#workplace.meet(job.order, job.args[0] as number);
        this.claims.sent(job);
      }
    }
    const { messages, script: { pool } } = this.#workplace;
    this.#down.send(copy, pool.down[messages.down++ % pool.down.length]);
  }

  get full(): boolean {
    return this.#down.messages.length + this.#inbox.length >= this.#workplace.script.pool.fullAt;
  }

  hold(busy: boolean): void {
    if (this.#held === busy) return;
    this.#held = busy;
    this.note({ is: "worker held", worker: this.number, busy });
  }

  kill(): void {
    if (this.#killed || this.#closed) return;
    this.#killed = true;
    this.note({ is: "worker killed", worker: this.number });
    if (this.dead) return;
    const { lane, pool } = this.#workplace.script;
    const { ms, how } = this.#script;
    const isStarting = this.#runner === undefined && how !== "unready";
    if (lane === "processes") return this.after(pool.stop, () => this.die({ exitCode: 0 }));
    // A thread that is loading is ended once it has loaded; one that never yields may go on.
    if (isStarting) {
      if (how === "never") this.note({ is: "worker abandoned", worker: this.number });
      else this.after(Math.max(ms, pool.stop), () => this.die({}));
    } else if (this.#computes && !pool.stoppable) {
      this.note({ is: "worker abandoned", worker: this.number });
    } else {
      this.die({}, "stopped", pool.stop);
    }
  }

  forget(): void {
    this.hold(false);
  }

  /** What it has said by now has been heard. */
  catchUp(): Promise<void> {
    return new Promise((resolve) => this.#workplace.clock.setTimer(resolve, this.#up.wait));
  }

  // What the attempts do

  /** Whether it has begun an attempt, whose function may be called. */
  has(task: number, attempt: number): boolean {
    const { current } = this.claims;
    return current?.order === task && current.attempt === attempt;
  }

  /** Its task ends by itself. */
  ends(how: "value" | "throw" | "stopped"): void {
    this.claims.ends(how);
  }

  /**
   * Its task does not yield for some time, or for ever: what is sent to it waits, and so does what it would say.
   *
   * @param ms for how long
   * @param then called when it is over
   * @param onInterrupt called when it is told to stop, if it looks
   */
  compute(ms: number, then: () => void, onInterrupt?: () => void): void {
    this.#computes = true;
    this.claims.onInterrupt = onInterrupt;
    if (ms === Infinity) return;
    this.after(ms, () => {
      this.yields();
      then();
    });
  }

  /** Its task yields again. */
  yields(): void {
    this.#computes = false;
    this.claims.onInterrupt = undefined;
    for (const say of this.#kept.splice(0)) say();
    // A thread that was told to end does so as soon as it can.
    if (this.#killed) return this.die({}, "stopped");
    // Not before its task has gone on.
    this.after(0, () => {
      if (!this.#computes) { for (const message of this.#inbox.splice(0)) this.#arrive(message); }
    });
  }

  /**
   * It dies.
   *
   * @param exit what its pool is told
   * @param how what that is to the attempt that it runs
   * @param ms how long it takes its pool to be told
   */
  die(exit: Exit, how: "crash" | "stopped" = "stopped", ms = 0): void {
    if (this.dead) return;
    this.dead = true;
    const { clock, script: { pool } } = this.#workplace;
    for (const timer of this.#timers) clock.clearTimer(timer);
    if (this.claims.current !== undefined) this.claims.ends(how);
    if (pool.loses) {
      for (const message of this.#up.lose()) this.claims.lost(ticketsOf(message));
    }
    // All that it said is heard first.
    clock.setTimer(() => this.#end(exit), Math.max(ms, this.#up.wait));
  }

  /** It ends now, if it hasn't. */
  release(): void {
    this.die({}, "stopped");
  }

  /** It is needed no more. */
  giveBack(): void {
    this.dead = true;
    this.#memory.giveBack();
  }

  #end(exit: Exit): void {
    this.#close();
    this.claims.takeBack();
    this.#listener.closed(exit);
  }

  #close(): void {
    this.dead = this.#closed = true;
    this.note({ is: "worker gone", worker: this.number });
  }

  // Messages

  #say(message: UpMessage): void {
    if (this.dead) return;
    if (!message.every(isSendable)) throw new TypeError("A function can't be sent");
    const { messages, script: { pool } } = this.#workplace;
    const copy = [...message] as unknown as UpMessage;
    this.whenFree(() => this.#up.send(copy, pool.up[messages.up++ % pool.up.length]));
  }

  /** What a task that does not yield keeps back is what comes after its call. */
  whenFree(act: () => void): void {
    if (this.dead) return;
    if (this.#computes) this.#kept.push(act);
    else act();
  }

  #arrive(message: DownMessage): void {
    if (this.dead) return;
    const { stuckAfter } = this.#workplace.script.pool;
    const isStuck = this.#received >= stuckAfter[this.number % stuckAfter.length];
    if (this.#computes || isStuck || this.#runner === undefined) {
      this.#inbox.push(message);
      return;
    }
    this.#received++;
    this.#runner.receive(message);
  }

  #hear(message: UpMessage): void {
    this.claims.told(ticketsOf(message));
    if (message[0] === UNREADY) this.note({ is: "worker fails", worker: this.number });
    if (message[0] === READY) this.note({ is: "worker ready", worker: this.number });
    this.#listener.received(message);
  }

  /** Sets a timer of the worker's, which goes with it. */
  after(ms: number, then: () => void): void {
    const { clock } = this.#workplace;
    const timer = clock.setTimer(() => {
      this.#timers.delete(timer);
      then();
    }, ms);
    this.#timers.add(timer);
  }

  note(happening: Happening): void {
    this.#workplace.note(happening);
  }
}
