import { setTimeout as delay } from "node:timers/promises";
/** A module that never gets so far. */
console.log("loading");
await delay(1_000_000);

export function run(): void {}
