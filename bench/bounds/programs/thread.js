/**
 * A thread that keeps the processor busy when it is told for how many turns, or answers each change of a shared word.
 *
 * @module
 */
import { parentPort } from "node:worker_threads";
import { spin } from "../../tasks.js";

parentPort.on("message", (message) => {
  if (typeof message === "number") {
    spin(message);
    parentPort.postMessage("spun");
    return;
  }
  for (let seen = 0;; seen++) {
    // On a machine that is loaded, Bun was seen not to wake it.
    while (Atomics.load(message, 0) === seen) Atomics.wait(message, 0, seen, 10);
    if (Atomics.load(message, 0) < 0) return;
    Atomics.store(message, 1, seen + 1);
  }
});
