/**
 * A proxy whose connections can be cut.
 *
 * @module
 */
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

/** How a proxy passes connections on. */
export interface ProxyOptions {
  /** How many milliseconds later it passes on that one side has ended. Default 0. */
  readonly endsAfter?: number;
}

/** Passes connections on to a port of this machine. */
export class Proxy implements AsyncDisposable {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  private constructor(target: number, { endsAfter = 0 }: ProxyOptions) {
    this.#server = createServer({ allowHalfOpen: true }, (from) => {
      const to = connect({ port: target, host: "127.0.0.1", allowHalfOpen: true });
      for (const [socket, other] of [[from, to], [to, from]] as const) {
        this.#sockets.add(socket);
        socket.on("error", () => {});
        socket.on("end", () => {
          const timer = setTimeout(() => other.end(), endsAfter);
          other.on("close", () => clearTimeout(timer));
        });
        socket.on("close", () => {
          this.#sockets.delete(socket);
          other.destroy();
        });
        socket.pipe(other, { end: false });
      }
    });
  }

  /** Starts a proxy for a port. */
  static async start(target: number, options: ProxyOptions = {}): Promise<Proxy> {
    const proxy = new Proxy(target, options);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** Cuts all connections. New ones are passed on. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    const closed = once(this.#server, "close");
    this.#server.close();
    await closed;
  }
}
