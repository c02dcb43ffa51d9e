/**
 * A queue whose workers are played by the test: what happens between pool and worker, in any order.
 *
 * @module
 */
import { TaskQueue } from "../../../../../mod.ts";
import { importTasks } from "../../../../../mod.ts";
import { Timers } from "../../../../../src/base/timers.ts";
import { PoolExecutor } from "../../../../../src/lanes/pool/host/executor.ts";
import type { LinkListener, WorkerLink } from "../../../../../src/lanes/pool/host/link.ts";
import {
  POOL_OPTION_CHECKS,
  type PoolOptions,
  type PoolSettings,
  poolSettings,
} from "../../../../../src/lanes/pool/host/options.ts";
import { Claims } from "../../../../../src/lanes/pool/wire/claims.ts";
import { Journal } from "../../../../../src/lanes/pool/wire/journal.ts";
import {
  CLOSE,
  CLOSED,
  type DownMessage,
  ERROR,
  PROGRESS,
  READY,
  RUN,
  UNLOADED,
  VALUES,
} from "../../../../../src/lanes/pool/wire/protocol.ts";
import { attemptsOf, type SentAttempt } from "../../../../../src/lanes/pool/wire/run_message.ts";
import { runtime } from "../../../../../src/runtime/here.ts";

/** Portable tasks; they are never run. */
export const { task } = importTasks<{ task(name: string): string }>("file:///nowhere.ts");

/** The pool's end of a worker that does what the test says. */
export class FakeLink implements WorkerLink {
  /** The last tickets of messages that were announced. */
  readonly announced: number[] = [];
  readonly claims = Object.assign(new Claims(), {
    announce: (ticket: number) => void this.announced.push(ticket),
  });
  readonly journal = new Journal();
  /** What it was sent and has not begun. */
  readonly inbox: SentAttempt[] = [];
  /** Of each message with tasks, whether the worker is to spin for the next. */
  readonly spins: boolean[] = [];
  readonly id: number;
  readonly kind: string | undefined;
  killed = false;
  /** It can't hear yet that it was killed. */
  loading = false;
  /** It was told to run its teardown. */
  closing = false;
  /** What its messages wait for before they count as received. */
  pending: Promise<void> | undefined;
  /** Whether that is waited for. */
  catchesUp = false;
  /** How long its tasks take, as it says, in milliseconds. */
  took = 0.001;
  readonly #listener: LinkListener;
  readonly #worker = new Claims(this.claims.buffer);
  readonly #notes = new Journal(this.journal.buffer);

  constructor(id: number, listener: LinkListener, kind?: string) {
    this.id = id;
    this.kind = kind;
    this.#listener = listener;
  }

  post(message: DownMessage): void {
    const copy = structuredClone(message);
    if (copy[0] === CLOSE) this.closing = true;
    if (copy[0] !== RUN) return;
    this.spins.push(copy[2]);
    this.inbox.push(...attemptsOf(copy));
  }

  get catchUp(): (() => Promise<void>) | undefined {
    const { pending } = this;
    if (pending === undefined) return undefined;
    return () => {
      this.catchesUp = true;
      return pending;
    };
  }

  hold(): void {}

  kill(): void {
    this.killed = true;
  }

  forget(): void {}

  // What the worker does

  ready(): void {
    this.#listener.received([READY]);
  }

  /** Begins the next task that was not taken back. */
  begin(): SentAttempt {
    for (;;) {
      const attempt = this.inbox.shift()!;
      if (this.#worker.begin(attempt.ticket)) return attempt;
    }
  }

  /** A task asks for its signal. */
  touch(attempt: SentAttempt): void {
    this.#worker.touch(attempt.ticket);
  }

  /** Word of the ends of tasks arrives. */
  tell(...attempts: SentAttempt[]): void {
    this.#listener.received([
      VALUES,
      ...attempts.flatMap(({ ticket, name }) => [ticket, name, this.took]),
    ]);
  }

  /** Word of a failure arrives. */
  fail({ ticket, name }: SentAttempt): void {
    this.#listener.received([ERROR, ticket, { value: name }, this.took]);
  }

  /** Word arrives that the module of an attempt could not be loaded. */
  unload({ ticket, name }: SentAttempt): void {
    this.#listener.received([UNLOADED, ticket, { value: `no module for ${name}` }, this.took]);
  }

  /** Word arrives that its teardown has ended. */
  tearDown(error: string | null = null): void {
    this.#listener.received([CLOSED, error === null ? null : { value: error }]);
  }

  /** Word of a task's progress arrives. */
  progress({ ticket, name }: SentAttempt): void {
    this.#listener.received([PROGRESS, ticket, name]);
  }

  /** Notes a result that it has not sent. */
  note(attempt: SentAttempt): void {
    this.#notes.note(attempt.ticket, attempt.name, this.took);
  }

  /** Its end arrives. */
  close(): void {
    this.#listener.closed({});
  }
}

/** A queue with such workers. */
export class FakePool extends TaskQueue {
  /** Those that were started, in order. */
  readonly links: FakeLink[];

  /**
   * @param options The pool's options.
   * @param spinners How many workers may spin.
   * @param workerKind The kind of worker that a task needs, if they are not all alike.
   */
  constructor(
    options: PoolOptions = {},
    spinners = 0,
    workerKind?: PoolSettings["workerKind"],
  ) {
    const links: FakeLink[] = [];
    super(options, {
      checks: POOL_OPTION_CHECKS,
      platform: runtime,
      assertTask: () => {},
      createExecutor: (host) =>
        new PoolExecutor(
          host,
          { ...poolSettings(options, 4, spinners), ...(workerKind && { workerKind }) },
          (afterFire) => new Timers(options.clock ?? runtime.clock, afterFire),
          ({ workerId }, listener, kind) => {
            const link = new FakeLink(workerId, listener, kind);
            links.push(link);
            return link;
          },
        ),
    });
    this.links = links;
  }

  /** Lets what was requested happen. */
  async turn(): Promise<void> {
    for (let i = 0; i < 5; i++) await Promise.resolve();
  }

  /**
   * Starts with one worker that is known to have short tasks, so that it is sent several.
   *
   * @param took How long they take, in milliseconds.
   */
  async startShort(took?: number): Promise<FakeLink> {
    await this.start();
    const warmUp = this.map(task, ["a", "b", "c"].map((name): [string] => [name]), {
      name: "warm up",
    });
    await this.turn();
    const [link] = this.links as [FakeLink];
    link.took = took ?? link.took;
    link.ready();
    while (!warmUp.every(({ done }) => done)) {
      await this.turn();
      while (link.inbox.length > 0) link.tell(link.begin());
    }
    return link;
  }

  /** Ends all workers. */
  async end(): Promise<void> {
    const over = this.cancel();
    await this.turn();
    for (const link of this.links) link.close();
    await over;
  }
}
