import { readdirSync } from "node:fs";

/** A plug-in that looks around. */
export function render(text: string): string {
  return `<p>${text}, and I see ${readdirSync("/").length > 0 ? "files" : "nothing"}</p>`;
}
