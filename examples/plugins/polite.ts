/** A plug-in that does what it should. */
export function render(text: string): string {
  return `<p>${text}</p>`;
}
