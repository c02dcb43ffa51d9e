/**
 * Serves bundled tests to a page, and keeps the files that the tests and their tasks steer each other by.
 *
 * @module
 */
import { type FileCall, Files } from "./files.ts";

/** Empty, and without an icon that would be asked for. */
const PAGE = `<!doctype html><title>Tests</title><link rel="icon" href="data:,">`;

const HEADERS = {
  // Threads share memory where pages are isolated.
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  // Workers start sooner with modules that are at hand.
  "cache-control": "max-age=3600",
};

/** A server on loopback. */
export class TestServer implements AsyncDisposable {
  readonly #files = new Files();
  readonly #modules: ReadonlyMap<string, string>;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  /** @param modules The text of each, by its path. */
  constructor(modules: ReadonlyMap<string, string>) {
    this.#modules = modules;
    const options = { port: 0, hostname: "127.0.0.1", onListen() {} };
    this.#server = Deno.serve(options, (request) => this.#answer(request));
  }

  /** The address of its page. */
  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (request.method === "POST") {
      return Response.json(this.#call(pathname.slice("/files/".length), await request.json()));
    }
    const module = this.#modules.get(pathname);
    const type = module === undefined ? "text/html" : "text/javascript";
    return new Response(module ?? PAGE, { headers: { ...HEADERS, "content-type": type } });
  }

  /** Tells the value or the error that a call has. */
  #call(name: string, args: unknown[]): { value?: unknown; error?: string } {
    try {
      const call = this.#files[name as FileCall] as (...args: unknown[]) => unknown;
      return { value: call.apply(this.#files, args) };
    } catch (error) {
      return { error: (error as Error).message };
    }
  }
}
