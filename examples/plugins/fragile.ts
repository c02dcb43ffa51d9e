import process from "node:process";

/** A plug-in that takes its process with it. */
export function render(_text: string): string {
  process.exit(7);
}
