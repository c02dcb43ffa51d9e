/**
 * The servers of the cluster's tests: Redis on loopback, in a folder of its own.
 *
 * @module
 */
import { deadline } from "@std/async";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type Server as NetServer } from "node:net";
import { join } from "node:path";
import { makeFolder, removeFolder } from "../temporary_folder.ts";
import type { Certificate } from "./certificate.ts";

/** A server gets this long to start and to end. */
const PATIENCE_MS = 20_000;

/** How a server is started. */
export interface ServerOptions {
  /** What clients have to know. */
  readonly password?: string;
  /** Whether it keeps what it holds when it is started anew. Default: it doesn't. */
  readonly isDurable?: boolean;
  /** Where there is one, clients talk to it by TLS alone. */
  readonly certificate?: Certificate;
}

/** A Redis server of a test's own. */
export class RedisServer implements AsyncDisposable {
  readonly port: number;
  readonly #folder = makeFolder();
  readonly #options: ServerOptions;
  #child: ChildProcess | undefined;

  private constructor(port: number, options: ServerOptions) {
    this.port = port;
    this.#options = options;
  }

  /** Starts a server. */
  static async start(options: ServerOptions = {}): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), options);
    await server.start();
    return server;
  }

  /** Starts it, also anew. */
  async start(): Promise<void> {
    const { password, isDurable = false, certificate } = this.#options;
    const port = certificate === undefined
      ? ["--port", `${this.port}`]
      : ["--port", "0", "--tls-port", `${this.port}`, ...this.#tls(certificate)];
    const child = this.#child = spawn("redis-server", [
      ...[...port, "--bind", "127.0.0.1", "--dir", this.#folder, "--save", ""],
      ...["--appendonly", isDurable ? "yes" : "no"],
      ...password === undefined ? [] : ["--requirepass", password],
    ], { stdio: ["ignore", "pipe", "inherit"] });
    await deadline(isReady(child), PATIENCE_MS);
  }

  #tls({ cert, key }: Certificate): string[] {
    const paths = { cert: join(this.#folder, "cert.pem"), key: join(this.#folder, "key.pem") };
    writeFileSync(paths.cert, cert);
    writeFileSync(paths.key, key);
    return [
      ...["--tls-cert-file", paths.cert, "--tls-ca-cert-file", paths.cert],
      ...["--tls-key-file", paths.key, "--tls-auth-clients", "no"],
    ];
  }

  /** Ends it, by default in order. */
  async stop(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    const ended = once(child, "exit");
    child.kill(signal);
    await deadline(ended, PATIENCE_MS);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop("SIGKILL");
    removeFolder(this.#folder);
  }
}

/** Resolves once a server says that it takes connections. */
function isReady(child: ChildProcess): Promise<void> {
  let log = "";
  return new Promise((resolve, reject) => {
    child.stdout!.on("data", (chunk) => {
      log += chunk;
      if (/Ready to accept connections/.test(log)) resolve();
    });
    child.once("error", reject);
    child.once("exit", () => reject(new Error(`redis-server did not start:\n${log}`)));
  });
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server: NetServer = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
