/** Marks that are drawn over the character before, and characters that are not drawn. */
const ZERO = /[\p{Mn}\p{Me}\p{Cf}\p{Cc}\u1160-\u11ff\u2028\u2029]/u;

/** East Asian wide and full-width characters, and emoji. */
const WIDE = new RegExp(
  "[\\p{Emoji_Presentation}\\u1100-\\u115f\\u2329\\u232a\\u2e80-\\u303e\\u3041-\\ua4cf\\ua960-\\ua97f" +
    "\\uac00-\\ud7a3\\uf900-\\ufaff\\ufe10-\\ufe19\\ufe30-\\ufe6f\\uff01-\\uff60\\uffe0-\\uffe6" +
    "\\u{16fe0}-\\u{18aff}\\u{1aff0}-\\u{1b2fb}\\u{1f200}-\\u{1f265}\\u{20000}-\\u{3fffd}]",
  "u",
);

/** Asks for the picture of the character before, which many terminals draw on a second column. */
const PICTURE = "\ufe0f";

/** Most text is this: as many columns as characters. */
const PLAIN = /^[\x20-\x7e]*$/;

/**
 * How many columns of a terminal a text on one line takes. Where terminals differ (emoji made of several, flags) it is
 * the most that any takes, so that a line that fits by this measure fits everywhere.
 *
 * @param text The text, without control characters.
 * @returns The columns.
 */
export function columnsOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let columns = 0;
  for (const character of text) columns += widthOf(character);
  return columns;
}

/**
 * The beginning of a text.
 *
 * @param text The text, without control characters.
 * @param columns How many columns of a terminal there are.
 * @returns As much of it as there is room for.
 */
export function fit(text: string, columns: number): string {
  if (PLAIN.test(text)) return text.slice(0, Math.max(0, columns));
  let end = 0;
  let left = columns;
  for (const character of text) {
    left -= widthOf(character);
    if (left < 0) break;
    end += character.length;
  }
  return text.slice(0, end);
}

function widthOf(character: string): number {
  if (character === PICTURE) return 1;
  if (ZERO.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
