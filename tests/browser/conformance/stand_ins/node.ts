/**
 * Stands in a page and in its workers for what the tests use of Node's modules. Files are kept by the server, which is asked and waited
 * for, so that a page and its workers see the same ones.
 *
 * @module
 */
import type { FileCall, FileCalls } from "../files.ts";

/** The part of a browser's own that is used here: Deno's types have none. */
interface SyncRequest {
  readonly responseText: string;
  open(method: string, url: string, isAsync: false): void;
  send(body: string): void;
}

const { XMLHttpRequest } = globalThis as unknown as { XMLHttpRequest: new () => SyncRequest };

/** Has the server call a function of its files. */
function onServer<K extends FileCall>(name: K): FileCalls[K] {
  const call = (...args: unknown[]) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/files/${name}`, false);
    request.send(JSON.stringify(args));
    const { value, error } = JSON.parse(request.responseText);
    if (error !== undefined) throw new Error(error);
    return value;
  };
  return call as FileCalls[K];
}

// node:fs

export const appendFileSync = onServer("appendFileSync");
export const existsSync = onServer("existsSync");
export const mkdtempSync = onServer("mkdtempSync");
export const readFileSync = onServer("readFileSync");
export const renameSync = onServer("renameSync");
export const rmSync = onServer("rmSync");
export const writeFileSync = onServer("writeFileSync");

// node:os and node:path

export const tmpdir = () => "/tmp";
export const join = (...parts: string[]) => parts.join("/");
export const dirname = (path: string) => path.slice(0, path.lastIndexOf("/"));

// node:process

export const env = {};
export default { env };

// node:timers

/** Calls a function in the next turn, before any timer. */
export function setImmediate(callback: () => void): void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    callback();
  };
  port2.postMessage(undefined);
}

// node:timers/promises

const later = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
export { later as setTimeout };
