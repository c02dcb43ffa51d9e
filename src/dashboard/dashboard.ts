import { checkOptions, checks, type OptionChecks, refuse } from "../base/checks.ts";
import { show } from "../base/errors.ts";
import { dashboardPage } from "./page.ts";
import { Publisher } from "./publisher.ts";
import { Recorder, type WatchedQueue } from "./recorder.ts";
import { PageServer } from "./server.ts";

/** Pages hear of what is new this often: four times a second. */
const UPDATE_MS = 250;

/**
 * Where the dashboard's page is served.
 *
 * @example
 * ```ts
 * import { AsyncQueue } from "@trilane/trilane";
 * import { dashboard, type DashboardOptions } from "@trilane/trilane/dashboard";
 *
 * const options: DashboardOptions = { port: 0, hostname: "127.0.0.1" };
 * await using queue = new AsyncQueue();
 * await using page = await dashboard(queue, options);
 * console.log(new URL(page.url).hostname); // 127.0.0.1
 * ```
 */
export interface DashboardOptions {
  /** The port. Default 0: one that is free. */
  readonly port?: number;
  /**
   * The address to listen at. Default `"127.0.0.1"`: only this machine can reach it. At another one everybody who reaches
   * this machine can read it.
   */
  readonly hostname?: string;
}

/**
 * A dashboard that is being served.
 *
 * @example
 * ```ts
 * import { AsyncQueue } from "@trilane/trilane";
 * import { type Dashboard, dashboard } from "@trilane/trilane/dashboard";
 *
 * await using queue = new AsyncQueue();
 * const page: Dashboard = await dashboard(queue);
 * console.log((await fetch(page.url)).ok); // true
 * await page.close();
 * ```
 */
export interface Dashboard extends AsyncDisposable {
  /** Where its page is. */
  readonly url: string;
  /**
   * Stops watching and serving.
   *
   * @returns When all connections are closed.
   */
  close(): Promise<void>;
}

const DASHBOARD_OPTION_CHECKS: OptionChecks = {
  port: (name, value) => {
    checks.countOrZero(name, value);
    if ((value as number) > 65_535) refuse(RangeError, name, "at most 65535", value);
  },
  hostname: checks.string,
};

/**
 * Serves a page that shows queues live: what waits, runs and has ended, how fast, for how long, on which worker, and what it
 * failed with. The page can only be read, loads nothing from elsewhere, and hears of what is new four times a second however
 * many tasks there are. It shows what happens from this call on; counts are those of the queue.
 *
 * The server answers only requests to this machine's own names, and none that come from other sites. It keeps no program
 * alive: a program whose work is done ends, with a dashboard open too.
 *
 * @param queues A queue, or several: a list, or an object of queues by label.
 * @param options Where to serve it.
 * @returns The dashboard, once its page can be opened.
 * @throws {TypeError} (rejects) When there is no queue, or an option is unknown or of the wrong type.
 * @throws {RangeError} (rejects) When the port is out of range.
 * @throws (rejects) What the system says when the address can't be listened at.
 *
 * @example
 * ```ts
 * import { AsyncQueue } from "@trilane/trilane";
 * import { dashboard } from "@trilane/trilane/dashboard";
 *
 * await using queue = new AsyncQueue();
 * await using page = await dashboard(queue);
 * console.log(`See ${page.url}`);
 * queue.map((n: number) => n * n, [1, 2, 3]);
 * await queue.run();
 * ```
 */
export async function dashboard(
  queues: WatchedQueue | readonly WatchedQueue[] | Readonly<Record<string, WatchedQueue>>,
  options: DashboardOptions = {},
): Promise<Dashboard> {
  checkOptions("dashboard", options, DASHBOARD_OPTION_CHECKS);
  const { port = 0, hostname = "127.0.0.1" } = options;
  const labelled = labelledQueues(queues);
  const recorders = labelled.map(([label, queue]) => new Recorder(queue, label));
  const publisher = new Publisher(recorders);
  const stopWatching = () => {
    for (const recorder of recorders) recorder[Symbol.dispose]();
  };
  let server: PageServer;
  try {
    server = await PageServer.listen({
      ...{ hostname, port, page: dashboardPage(labelled.map(([label]) => label)) },
      queues: recorders.length,
      opened: (stream, lastId) => publisher.greet(stream, lastId),
    });
  } catch (error) {
    stopWatching();
    throw error;
  }
  const { url } = server;
  const timer = setInterval(() => publisher.publish(server.streams), UPDATE_MS);
  (timer as unknown as { unref?(): void }).unref?.();
  let closing: Promise<void> | undefined;
  const close = () => closing ??= end();
  const end = async () => {
    clearInterval(timer);
    stopWatching();
    for (const stream of server.streams) stream.send("end", "{}");
    await server.close();
  };
  return { url, close, [Symbol.asyncDispose]: close };
}

/** The queues with what to call them. */
function labelledQueues(
  queues: WatchedQueue | readonly WatchedQueue[] | Readonly<Record<string, WatchedQueue>>,
): [label: string, queue: WatchedQueue][] {
  const labelled = isQueue(queues)
    ? [[queues.constructor.name, queues] as [string, WatchedQueue]]
    : Array.isArray(queues)
    ? queues.map((
      queue,
      i,
    ): [string, WatchedQueue] => [`${queue?.constructor?.name} ${i + 1}`, queue])
    : typeof queues === "object" && queues !== null
    ? Object.entries(queues)
    : [];
  if (labelled.length === 0) {
    throw new TypeError(`The dashboard needs a queue or several: got ${show(queues)}`);
  }
  for (const [, queue] of labelled) {
    if (!isQueue(queue)) {
      throw new TypeError(`The dashboard can't watch ${show(queue)}: it is no queue`);
    }
  }
  return labelled;
}

function isQueue(value: unknown): value is WatchedQueue {
  return typeof (value as WatchedQueue | null)?.observe === "function";
}
