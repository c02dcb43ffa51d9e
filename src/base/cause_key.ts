/**
 * What is the same in texts that differ in numbers alone.
 *
 * @param text A message.
 * @returns The text with `#` for each number.
 */
export function causeKey(text: string): string {
  return text.replace(/\d+/g, "#");
}
