/**
 * The same as `bare.js` in a worker of Node's.
 *
 * @module
 */
import { parentPort } from "node:worker_threads";

parentPort.on("message", (data) => {
  parentPort.postMessage(typeof data === "number" ? data + 1 : data);
});
