/**
 * Turns numbers into text.
 *
 * @module
 */

/** Times of a page all have one unit, so that they can be compared at a glance. */
export type Unit = "ms" | "s";

/** Shorter runs are told in milliseconds, and those of tasks that take less than this. */
const MIN_SECONDS_MS = 10_000;
const MIN_TYPICAL_MS = 1;

/**
 * The unit for a page.
 *
 * @param longest The longest time that it shows, in milliseconds.
 * @param typical How long tasks usually run, in milliseconds.
 */
export function unitFor(longest: number, typical: number): Unit {
  return longest >= MIN_SECONDS_MS && typical >= MIN_TYPICAL_MS ? "s" : "ms";
}

/** The time of day, as clocks here tell it. */
export function formatClock(time: Date): string {
  return time.toLocaleTimeString("en-GB");
}

/** A length of time in milliseconds, with about three digits that count. */
export function formatTime(ms: number, unit: Unit): string {
  return `${digits(unit === "s" ? ms / 1000 : ms)} ${unit}`;
}

/** About three digits of a number, and nothing below a millionth. */
export function digits(number: number): string {
  const size = Math.abs(number);
  if (size >= 100 || number === 0) return formatCount(Math.round(number));
  const decimals = size >= 10 ? 1 : size >= 1 ? 2 : 2 - Math.floor(Math.log10(size));
  return String(Number(number.toFixed(Math.min(6, decimals))));
}

/** A whole number. */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** A share of 1, in percent. */
export function formatShare(share: number): string {
  const percent = share * 100;
  return `${percent > 0 && percent < 10 ? percent.toFixed(1) : Math.round(percent)} %`;
}

/** A count with what is counted. */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** A point in time on an axis whose ticks are `step` apart, both in milliseconds. */
export function formatTick(ms: number, step: number, unit: Unit): string {
  const scale = unit === "s" ? 1000 : 1;
  const decimals = step >= scale ? 0 : Math.min(6, Math.ceil(-Math.log10(step / scale) - 1e-9));
  const options = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  // Adding 0 takes the sign from -0.
  return `${(ms / scale + 0).toLocaleString("en-US", options)} ${unit}`;
}
