/**
 * Control characters, line separators, and what turns the direction of the text around it. Ranges, since `\p{Cc}` takes
 * several times as long, and every line of output is searched.
 */
// deno-lint-ignore no-control-regex
const UNPRINTABLE = /[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/**
 * A text of unknown origin as it may go to a terminal: on one line, and able to do nothing there.
 *
 * @param text The text.
 * @returns The text, with what can't be seen written as an escape sequence.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => SHORT[character] ?? escapeCode(character));
}

function escapeCode(character: string): string {
  const code = character.charCodeAt(0).toString(16);
  return code.length > 2 ? `\\u${code}` : `\\x${code.padStart(2, "0")}`;
}

/** Control characters but tabs and line ends. */
// deno-lint-ignore no-control-regex
const CONTROL = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\n)/g;

/**
 * A text of unknown origin as it may go to a terminal where it may have several lines: able to do nothing there.
 *
 * @param text The text.
 * @returns The text, with control characters written as escape sequences, tabs and line ends left.
 */
export function printableLines(text: string): string {
  return text.replace(CONTROL, (character) => SHORT[character] ?? escapeCode(character));
}

/**
 * JSON as it may go to a terminal: on one line, and able to do nothing there.
 *
 * @param json The JSON, of any source.
 * @returns JSON that means the same.
 */
export function printableJson(json: string): string {
  return json.replace(
    UNPRINTABLE,
    // Line ends and tabs are white space between tokens; all else can only stand in a string.
    (character) =>
      character < " " ? " " : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
