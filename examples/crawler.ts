/**
 * `deno run -A examples/crawler.ts [CHECKPOINT]`: a polite crawler. It follows the links that it finds, and lets no host see more than two
 * requests at a time, nor more than fifty a second; none waits because another is slow. With a CHECKPOINT, which is a file, the
 * next run goes on where this one was stopped.
 *
 * @module
 */
import { AsyncQueue, currentTask, trackProgress } from "@trilane/trilane";
import { Checkpoint } from "@trilane/trilane/checkpoint";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";

const PAGES = 12;
const ANSWER_MS = 5;

/** A site of the program's own, which looks how polite its visitors are. */
class Site {
  requests = 0;
  mostAtOnce = 0;
  #atOnce = 0;
  readonly #server: Server;

  constructor(readonly host: string) {
    this.#server = createServer((request, response) => {
      this.requests++;
      this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#atOnce);
      // Now and then a site is too busy, and says when to come again.
      if (this.requests % 8 === 0) response.writeHead(503, { "Retry-After": "0.02" });
      setTimeout(() => {
        this.#atOnce--;
        response.end(linksOf(Number(request.url!.slice(1))).join("\n"));
      }, ANSWER_MS);
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Each page links to the next ones of all sites. */
function linksOf(page: number): string[] {
  const next = [2 * page + 1, 2 * page + 2].filter((page) => page < PAGES);
  return next.flatMap((page) => sites.map(({ host }) => `http://${host}/${page}`));
}

class TooBusy extends Error {
  constructor(readonly retryAfter: number) {
    super(`Come again in ${retryAfter} ms`);
  }
}

/** The links on a page. */
async function visit(url: string): Promise<string[]> {
  const { signal } = currentTask();
  const { host, pathname } = new URL(url);
  const response = await fetch(addresses.get(host) + pathname, { signal });
  const text = await response.text();
  if (response.ok) return text.split("\n").filter((link) => link !== "");
  throw new TooBusy(1000 * Number(response.headers.get("Retry-After") ?? 1));
}

async function crawl(start: string, checkpoint: Checkpoint): Promise<number> {
  await using queue = new AsyncQueue({
    workers: 50,
    limits: { host: { workers: 2, rate: 50, burst: 10, fair: true } },
    defaults: { retries: 5, timeout: 5000, checkpoint, namespace: "visit" },
  });
  using _progress = trackProgress(queue);
  const seen = new Set<string>();
  const follow = (url: string) => {
    if (seen.has(url)) return;
    seen.add(url);
    const page = queue.submit(visit, [url], { name: url, keys: { host: new URL(url).host } });
    page.onDone(() => {
      const result = page.result();
      if (result.status === "succeeded") result.value.forEach(follow);
    });
  };
  follow(start);
  await queue.join();
  return queue.stats.succeeded;
}

const sites = ["a.example", "b.example", "c.example"].map((host) => new Site(host));
const addresses = new Map<string, string>();
for (const site of sites) addresses.set(site.host, await site.listen());

using checkpoint = new Checkpoint(process.argv[2] ?? ":memory:");
const pages = await crawl("http://a.example/0", checkpoint);
for (const site of sites) await site.close();

const requests = sites.reduce((sum, site) => sum + site.requests, 0);
const mostAtOnce = Math.max(...sites.map((site) => site.mostAtOnce));
console.log(`${pages} pages, ${requests} requests, at most ${mostAtOnce} at a time at one host`);
