/**
 * Cuts a text that is too long.
 *
 * @param text The text.
 * @param most The most characters it may have.
 * @returns The text; where it was cut it ends in an ellipsis, which counts.
 */
export function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
