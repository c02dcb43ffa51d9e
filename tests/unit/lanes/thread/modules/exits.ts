import process from "node:process";

process.exit(3);

/** Deno ends a worker that exits while it loads only soon after. */
export function never(): Promise<never> {
  const alive = setInterval(() => {}, 1000);
  return new Promise(() => alive);
}
