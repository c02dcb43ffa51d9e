import process from "node:process";

/** A plug-in that writes where messages could be. */
export function render(text: string): string {
  process.stdout.write("\x00\x00\x00\x07garbage");
  return `<p>${text}!</p>`;
}
