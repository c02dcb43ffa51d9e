import { columnsOf, fit } from "../base/columns.ts";
import { printable } from "../base/printable.ts";

/** How far the work is. */
export interface State {
  /** How many tasks have ended. */
  readonly done: number;
  /** How many there are; Infinity if that isn't known. */
  readonly total: number;
  /** How many have failed. */
  readonly failed: number;
  /** How many retries there were. */
  readonly retried: number;
  /** How many tasks end in a second. */
  readonly rate: number;
  /** Milliseconds since the beginning. */
  readonly elapsed: number;
  /** What else there is to say; may be empty, and any text. */
  readonly detail: string;
}

/** The columns of a bar, brackets included; where there is less room there is none. */
const BAR_COLUMNS = { least: 12, most: 42 };

/** What stands between two fields. */
const GAP = "  ";

/** What a line says, in order. Where there isn't room for all, those of the highest rank go first. */
function fields(state: State): { text: string; rank: number }[] {
  const { done, total, failed, retried, rate, elapsed, detail } = state;
  const known = total !== Infinity;
  const left = (total - done) / rate;
  return [
    { text: known ? `${percentage(done, total)}%` : "", rank: 2 },
    { text: known ? `${count(done)}/${count(total)}` : count(done), rank: 0 },
    { text: `${formatRate(rate)}/s`, rank: 3 },
    known && Number.isFinite(left)
      ? { text: `ETA ${duration(left * 1000)}`, rank: 4 }
      : { text: duration(elapsed), rank: 6 },
    { text: failed > 0 ? `${count(failed)} failed` : "", rank: 1 },
    { text: retried > 0 ? `${count(retried)} retried` : "", rank: 5 },
    { text: printable(detail.trim().replace(/\s+/g, " ")), rank: 7 },
  ].filter(({ text }) => text !== "");
}

/**
 * A line for a log.
 *
 * @param state How far the work is.
 * @returns The text, without a line break.
 */
export function logLine(state: State): string {
  return fields(state).map(({ text }) => text).join(", ");
}

/**
 * A line for a terminal: a bar, if it is known how much there is to do, and as many fields as there is room for.
 *
 * @param state How far the work is.
 * @param width The columns that there are; the last is left free, where some terminals would begin a new line.
 * @returns The text, which takes less than `width` columns.
 */
export function terminalLine(state: State, width: number): string {
  const room = Math.max(0, width - 1);
  const shown = fields(state);
  const text = () => shown.map(({ text }) => text).join(GAP);
  while (shown.length > 1 && columnsOf(text()) > room) {
    const last = shown.reduce((a, b) => b.rank > a.rank ? b : a);
    shown.splice(shown.indexOf(last), 1);
  }
  const line = fit(text(), room);
  const bar = Math.min(room - columnsOf(line) - GAP.length, BAR_COLUMNS.most);
  if (state.total === Infinity || bar < BAR_COLUMNS.least) return line;
  return `[${filled(share(state.done, state.total), bar - 2)}]${GAP}${line}`;
}

function share(done: number, total: number): number {
  return total === 0 ? 1 : done / total;
}

/** Rounded down: 100 % are all. */
function percentage(done: number, total: number): number {
  return Math.floor(share(done, total) * 100);
}

function filled(share: number, width: number): string {
  const full = Math.floor(share * width);
  return `${"=".repeat(full)}${full < width ? ">" : ""}`.padEnd(width);
}

function count(number: number): string {
  return Math.round(number).toLocaleString("en");
}

function formatRate(rate: number): string {
  return rate >= 10 ? count(rate) : String(Number(rate.toPrecision(2)));
}

/** `0:07`, `12:34`, `1:02:03`. */
function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const two = (number: number) => String(number).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}
