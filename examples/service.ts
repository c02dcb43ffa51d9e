/**
 * `deno run -A examples/service.ts [PORT]`: a job service over HTTP on threads.
 *
 * * `POST /jobs?n=30` takes a job (202), or says when to come again (429) where too many wait.
 * * `GET /jobs/ID` tells what became of it.
 * * `DELETE /jobs/ID` cancels it.
 * * `GET /metrics` counts, in the text form that Prometheus reads.
 *
 * `SIGTERM` and `SIGINT` end it in order: it takes no more jobs, and gives those it has ten seconds.
 *
 * @module
 */
import { inlineTask, QueueFullError, type TaskHandle, ThreadQueue } from "@trilane/trilane";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";

const MOST_JOBS = 4;
/** Results are there to be asked for so long. */
const KEEP_MS = 60_000;
const SHUTDOWN_MS = 10_000;

const fibonacci = inlineTask(function fibonacci(n: number): number {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
});

const queue = new ThreadQueue({ workers: 1, size: MOST_JOBS, retain: "none" });
await queue.start();
const jobs = new Map<string, TaskHandle<number>>();

function answer(response: ServerResponse, status: number, body: unknown, headers = {}): void {
  const isText = typeof body === "string";
  response.writeHead(status, {
    "Content-Type": isText ? "text/plain" : "application/json",
    ...headers,
  });
  response.end(isText ? body : `${JSON.stringify(body)}\n`);
}

function takeJob(n: number, response: ServerResponse): void {
  if (!Number.isInteger(n) || n < 0 || n > 45) {
    return answer(response, 400, { error: "n must be a whole number from 0 to 45" });
  }
  try {
    const job = queue.submit(fibonacci, [n], { timeout: 30_000 });
    jobs.set(job.id, job);
    job.onDone(() => setTimeout(() => jobs.delete(job.id), KEEP_MS).unref());
    answer(response, 202, { id: job.id }, { Location: `/jobs/${job.id}` });
  } catch (error) {
    if (!(error instanceof QueueFullError)) throw error;
    answer(response, 429, { error: error.message }, { "Retry-After": "1" });
  }
}

function describe(job: TaskHandle<number>): object {
  if (!job.done) return { id: job.id, status: job.status };
  const { status, duration, ...result } = job.result();
  return {
    ...{ id: job.id, status, duration },
    ...("value" in result ? { value: result.value } : { message: result.message }),
  };
}

function metrics(): string {
  const { pending, active, succeeded, failed, cancelled } = queue.stats;
  const ended = { succeeded, failed, cancelled };
  const lines = Object.entries(ended).map(([how, n]) => `jobs_ended_total{how="${how}"} ${n}`);
  return [...lines, `jobs_waiting ${pending}`, `jobs_running ${active}`, ""].join("\n");
}

function handle(request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url!, "http://service");
  const job = jobs.get(pathname.replace(/^\/jobs\//, ""));
  const route = `${request.method} ${job === undefined ? pathname : "/jobs/ID"}`;
  switch (route) {
    case "POST /jobs":
      if (queue.closed) return answer(response, 503, { error: "The service is shutting down" });
      return takeJob(Number(searchParams.get("n") ?? NaN), response);
    case "GET /jobs/ID":
      return answer(response, 200, describe(job!));
    case "DELETE /jobs/ID":
      return answer(
        response,
        job!.cancel(new Error("Cancelled by a client")) ? 200 : 409,
        describe(job!),
      );
    case "GET /metrics":
      return answer(response, 200, metrics());
    default:
      return answer(response, 404, { error: `There is no ${request.method} ${pathname}` });
  }
}

const server = createServer(handle);
server.listen(Number(process.argv[2] ?? 0), "127.0.0.1", () => {
  console.log(`Listening at http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, async () => {
    await queue.shutdown({ timeout: SHUTDOWN_MS }); // those who ask for their jobs are still answered
    server.close();
    server.closeAllConnections();
    const { succeeded, cancelled } = queue.stats;
    console.log(`Done: ${succeeded} succeeded, ${cancelled} cancelled`);
    process.exit();
  });
}
