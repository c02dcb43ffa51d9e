/**
 * How the values of options are read.
 *
 * @module
 */
import type { Check } from "../../base/checks.ts";
import { show } from "../../base/errors.ts";
import { suggestion } from "./usage.ts";

/**
 * Reads an option's value.
 *
 * @param name The option as the user has typed it.
 * @param text The value.
 * @returns What it means.
 * @throws {TypeError | RangeError} When it isn't allowed.
 */
export type Parse = (name: string, text: string) => unknown;

const MS_PER_UNIT: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const BYTES_PER_UNIT: Readonly<Record<string, number>> = {
  "": 1,
  k: 2 ** 10,
  m: 2 ** 20,
  g: 2 ** 30,
  t: 2 ** 40,
};

/** A number. */
export function number(check: Check): Parse {
  return (name, text) => checked(check, name, toNumber(text), text);
}

/** A time, in milliseconds or with a unit. */
export function time(check: Check): Parse {
  return (name, text) => {
    const [, digits, unit] = /^([\d.]+)\s*(ms|s|m|h|d)$/i.exec(text) ?? [];
    if (unit !== undefined) {
      return checked(check, name, toNumber(digits) * MS_PER_UNIT[unit.toLowerCase()], text);
    }
    const value = toNumber(text);
    if (Number.isNaN(value)) {
      throw new TypeError(`${name} must be a time such as 1500, 1.5s or 2m: got ${show(text)}`);
    }
    return checked(check, name, value, text);
  };
}

/** A number of bytes, or one with a unit. */
export function size(check: Check): Parse {
  return (name, text) => {
    const [, digits = "", unit = ""] = /^([\d.]+)\s*([kmgt]?)(?:i?b)?$/i.exec(text) ?? [];
    const value = toNumber(digits) * BYTES_PER_UNIT[unit.toLowerCase()];
    if (Number.isNaN(value)) {
      throw new TypeError(`${name} must be a size such as 500M or 1.5G: got ${show(text)}`);
    }
    return checked(check, name, Math.round(value), text);
  };
}

/** A port; 0 is one that is free. */
export function port(name: string, text: string): number {
  if (/^\d+$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new RangeError(`${name} must be a port from 0 to 65535: got ${show(text)}`);
}

/** One of some words. */
export function word(...words: string[]): Parse {
  return (name, text) => {
    if (words.includes(text)) return text;
    const allowed = words.map((word) => `'${word}'`).join(" or ");
    throw new RangeError(`${name} must be ${allowed}: got ${show(text)}${suggestion(text, words)}`);
  };
}

/** A file or a folder. */
export function path(kind: "file" | "folder"): Parse {
  return (name, text) => {
    if (text === "") throw new RangeError(`${name} must name a ${kind}: got ''`);
    return text;
  };
}

/** Any text but none. */
export function text(name: string, text: string): string {
  if (text === "") throw new RangeError(`${name} must not be empty: got ''`);
  return text;
}

/** When a run is to be stopped by how its inputs ended. */
export interface Halt {
  /** Whether what runs then is cancelled, too. */
  readonly now: boolean;
  readonly status: "failed" | "succeeded";
  /** How many inputs must have ended so, or which share of all, 0 to 1. */
  readonly count: number;
  readonly share: number | undefined;
}

/** Reads what `--halt` is given: `fail=3`, `now,fail=20%`, `success=1`. */
export function halt(name: string, text: string): Halt {
  const [, when = "soon", status, digits = "", percent] =
    /^(?:(now|soon),)?(?:(fail|success)=)(\d+)(%?)$/.exec(text) ?? [];
  const value = Number(digits);
  const isShare = percent === "%";
  const allowed = value >= 1 && (!isShare || (value <= 100 && status === "fail"));
  if (!allowed) {
    throw new RangeError(
      `${name} must be fail=N, fail=P% or success=N, maybe after 'now,': got ${show(text)}`,
    );
  }
  return {
    now: when === "now",
    status: status === "fail" ? "failed" : "succeeded",
    count: isShare ? Infinity : value,
    share: isShare ? value / 100 : undefined,
  };
}

function toNumber(text: string): number {
  return text.trim() === "" ? NaN : Number(text);
}

/** @returns The value, once it is allowed; what is no number is shown as it was typed. */
function checked(check: Check, name: string, value: number, text: string): number {
  check(name, Number.isNaN(value) ? text : value);
  return value;
}
