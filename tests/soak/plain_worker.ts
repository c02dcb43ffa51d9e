/**
 * A worker without a queue that has loaded just what a worker of a `ThreadQueue` has, and answers messages.
 *
 * @module
 */
import "../../src/lanes/thread/entry.ts";
import { next } from "./tasks.ts";

const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<number>) => void;
  postMessage(data: number): void;
};
scope.onmessage = ({ data }) => scope.postMessage(next(data));
