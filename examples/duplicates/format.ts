const UNITS = ["kB", "MB", "GB", "TB", "PB"];

/** A number of bytes with three digits: `1.23 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${Math.round(bytes)} B`;
  let unit = -1;
  do {
    bytes /= 1000;
    unit++;
  } while (bytes >= 999.5 && unit < UNITS.length - 1);
  return `${bytes.toFixed(bytes < 9.995 ? 2 : bytes < 99.95 ? 1 : 0)} ${UNITS[unit]}`;
}

/** A whole number: `12,345`. */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString("en");
}

/** A path on one line that does nothing to a terminal: a name may hold any character. */
export function formatPath(path: string): string {
  // deno-lint-ignore no-control-regex
  return path.replace(/[\x00-\x1f\x7f-\x9f]/g, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}

/** A share in percent, rounded down: 100 % is all. */
export function formatShare(share: number): string {
  // What is 0.29 × 100 but for the last bit is 29.
  return `${Math.floor(share * 100 + 1e-9)} %`;
}
