/** A module that never gets so far. */
console.log("loading");
await new Promise((resolve) => setTimeout(resolve, 1_000_000));

export function run(): void {}
