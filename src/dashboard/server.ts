import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { QueueStateError } from "../base/errors.ts";
import { refusalOf } from "./guard.ts";

/** More pages than anyone has open; each takes a socket. */
const MAX_STREAMS = 64;
/** A page that lost its connection tries again after this. */
const RETRY_MS = 1_000;

const HEADERS = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": "frame-ancestors 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
} as const;

/** A page that is open. */
export class EventStream {
  /** The tick until which the page knows all; `undefined` before it knows anything. */
  told: number | undefined = undefined;
  /** Which queue it shows. */
  readonly queue: number;
  readonly #response: ServerResponse;
  #full = false;
  #ended = false;

  constructor(response: ServerResponse, queue: number) {
    this.#response = response;
    this.queue = queue;
    response.on("drain", () => this.#full = false);
  }

  /** Whether it takes no more: what was sent has not been read yet, and more of it would fill the memory; or it has ended. */
  get full(): boolean {
    return this.#full || this.#ended;
  }

  /**
   * Sends an event.
   *
   * @param event What kind it is.
   * @param data A line.
   * @param id What the page says, when it comes back, that it was told last.
   */
  send(event: string, data: string, id?: string): void {
    if (this.#ended) return;
    const idLine = id === undefined ? "" : `id: ${id}\n`;
    this.#full = !this.#response.write(`event: ${event}\n${idLine}data: ${data}\n\n`);
  }

  end(): void {
    this.#ended = true;
    this.#response.end();
  }
}

/** What a server serves. */
export interface Served {
  readonly hostname: string;
  readonly port: number;
  readonly page: string;
  /** How many queues there are. */
  readonly queues: number;
  /** A page has been opened, or has come back and says what it was told last. */
  opened(stream: EventStream, lastId: string | undefined): void;
}

/** A server on this machine that answers with a page and a stream of events, and nothing else. */
export class PageServer {
  readonly streams: Set<EventStream> = new Set();
  readonly #served: Served;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(served: Served) {
    this.#served = served;
    this.#server = createServer((request, response) => this.#answer(request, response));
    this.#server.on("connection", (socket: Socket) => {
      // Whoever looks on keeps no program alive.
      socket.unref?.();
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
  }

  /**
   * Starts a server.
   *
   * @param served What it serves.
   * @returns The server, once it listens.
   * @throws (rejects) What the system says when the address can't be listened at.
   */
  static async listen(served: Served): Promise<PageServer> {
    const own = new PageServer(served);
    const server = own.#server;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(served.port, served.hostname, () => {
        server.off("error", reject);
        resolve();
      });
    });
    server.unref();
    return own;
  }

  /** Where the page is. */
  get url(): string {
    const address = this.#server.address() as AddressInfo | null;
    if (address === null) throw new QueueStateError("The dashboard is closed");
    const { hostname } = this.#served;
    const name = hostname.includes(":") ? `[${hostname}]` : hostname;
    return `http://${name}:${address.port}/`;
  }

  /** Closes all connections and the server. */
  async close(): Promise<void> {
    for (const stream of this.streams) stream.end();
    this.streams.clear();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
      for (const socket of this.#sockets) socket.destroy();
    });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { headers, method } = request;
    const refusal = refusalOf({
      ...{ method, host: headers.host, origin: headers.origin },
      site: headers["sec-fetch-site"] as string | undefined,
      destination: headers["sec-fetch-dest"] as string | undefined,
    }, this.#served.hostname);
    if (refusal !== undefined) return this.#say(response, refusal.status, refusal.message);
    const [path, query] = (request.url ?? "/").split("?");
    if (path === "/") return this.#sendPage(response, method === "HEAD");
    if (path === "/events" && method === "GET") {
      const lastId = headers["last-event-id"] as string | undefined;
      return this.#openStream(response, query, lastId);
    }
    this.#say(response, 404, "There is nothing here");
  }

  #say(response: ServerResponse, status: number, message: string): void {
    const allow = status === 405 && { Allow: "GET, HEAD" };
    response.writeHead(status, {
      ...HEADERS,
      ...allow,
      "Content-Type": "text/plain; charset=utf-8",
    });
    response.end(`${message}\n`);
  }

  #sendPage(response: ServerResponse, headOnly: boolean): void {
    response.writeHead(200, { ...HEADERS, "Content-Type": "text/html; charset=utf-8" });
    response.end(headOnly ? undefined : this.#served.page);
  }

  #openStream(response: ServerResponse, query = "", lastId: string | undefined): void {
    const queue = Number(new URLSearchParams(query).get("queue") ?? 0);
    if (!Number.isInteger(queue) || queue < 0 || queue >= this.#served.queues) {
      return this.#say(response, 404, "There is no such queue");
    }
    if (this.streams.size >= MAX_STREAMS) {
      return this.#say(response, 503, "Too many pages are open");
    }
    response.writeHead(200, {
      ...HEADERS,
      "Connection": "close",
      "Content-Type": "text/event-stream; charset=utf-8",
    });
    response.write(`retry: ${RETRY_MS}\n\n`);
    const stream = new EventStream(response, queue);
    this.streams.add(stream);
    response.on("close", () => this.streams.delete(stream));
    response.on("error", () => this.streams.delete(stream));
    this.#served.opened(stream, lastId);
  }
}
