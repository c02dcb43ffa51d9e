/** A plug-in that never comes back. */
export function render(_text: string): string {
  for (;;);
}
