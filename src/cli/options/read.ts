import { show } from "../../base/errors.ts";
import { peerName } from "../../base/peer_names.ts";
import { nearest } from "../../base/suggest.ts";
import { type Option, type OptionName, OPTIONS, type OptionValues } from "./options.ts";
import { UsageError } from "./usage.ts";

/** A command line that has been read. */
export interface CommandLine {
  readonly values: OptionValues;
  /** The values as they were typed, of flags "yes", by the options' names. */
  readonly typed: Readonly<Record<string, string>>;
  readonly positionals: readonly string[];
}

/** How a command line is read. */
export interface Syntax {
  /** The options that there are. */
  readonly names: readonly OptionName[];
  /** Whether the first word that is no option ends the options: what follows it is another program's. */
  readonly optionsFirst: boolean;
  /** Whether it is the syntax of a command, not of what comes before. */
  readonly isCommand: boolean;
}

/** Of options that take each other back the last one counts. */
const EXCLUDED: Partial<Record<OptionName, readonly OptionName[]>> = {
  progress: ["no-progress"],
  "no-progress": ["progress"],
};

/** An option as it was typed. */
interface Typed {
  readonly name: OptionName;
  readonly rawName: string;
  /** What is attached to it. */
  readonly attached: string | undefined;
}

/**
 * Reads a command line. Of an option that is given several times the last value counts.
 *
 * @param args The arguments.
 * @param syntax What they may be.
 * @returns What they say.
 * @throws {UsageError} When an option is unknown, or its value missing or not allowed.
 */
export function readCommandLine(args: readonly string[], syntax: Syntax): CommandLine {
  const values: Record<string, unknown> = {};
  const texts: Record<string, string> = {};
  const positionals: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at];
    if (arg === "--") {
      positionals.push(...args.slice(at + 1));
      break;
    }
    if (!arg.startsWith("-") || arg === "-") {
      if (syntax.optionsFirst) {
        positionals.push(...args.slice(at));
        break;
      }
      positionals.push(arg);
      continue;
    }
    for (const typed of typedOptions(arg, syntax)) {
      const { name, rawName, attached } = typed;
      const option = OPTIONS[name];
      let text = attached;
      if (text === undefined && takesNext(option, args[at + 1])) text = args[++at];
      for (const other of EXCLUDED[name] ?? []) {
        delete values[other];
        delete texts[other];
      }
      values[name] = readValue(option, rawName, text);
      texts[name] = text ?? "yes";
    }
  }
  return { values, positionals, typed: texts };
}

/** Whether an option's value is the next word, if it has none of its own. */
function takesNext({ value, otherwise }: Option, next: string | undefined): boolean {
  if (value === undefined || next === undefined) return false;
  if (otherwise !== undefined) return /^\d+$/.test(next);
  // What looks like an option probably is one. A number below zero is a value, if a wrong one.
  return !/^-+[a-z]/i.test(next);
}

/** The options in one argument: a long one, or letters, the last of which may have its value attached. */
function typedOptions(arg: string, syntax: Syntax): Typed[] {
  const { names } = syntax;
  if (arg.startsWith("--")) {
    const end = arg.indexOf("=");
    const rawName = end < 0 ? arg : arg.slice(0, end);
    const name = names.find((name) => `--${name}` === rawName);
    if (name === undefined) throw unknownOption(arg, rawName, syntax);
    return [{ name, rawName, attached: end < 0 ? undefined : arg.slice(end + 1) }];
  }
  const typed: Typed[] = [];
  for (let at = 1; at < arg.length; at++) {
    const letter = arg[at];
    const rawName = `-${letter}`;
    const name = names.find((name) => OPTIONS[name].short?.includes(letter));
    if (name === undefined) throw unknownOption(arg, rawName, syntax);
    const takesValue = OPTIONS[name].value !== undefined;
    const attached = takesValue && at + 1 < arg.length ? arg.slice(at + 1) : undefined;
    typed.push({ name, rawName, attached });
    if (takesValue) break;
  }
  return typed;
}

function unknownOption(argument: string, rawName: string, syntax: Syntax): UsageError {
  const name = rawName.replace(/^-+/, "");
  if (Object.hasOwn(OPTIONS, name)) {
    const where = syntax.isCommand ? "It is one of other commands" : "It comes after a command";
    return new UsageError(`Unknown option: ${show(argument)}. ${where}`);
  }
  const known: readonly string[] = syntax.names;
  const peer = peerName(name, known);
  // Some are written in a form that is not that of a command line.
  const meant = peer !== undefined && known.includes(peer) ? peer : nearest(name, known);
  const inputs = syntax.optionsFirst ? "" : ". Put '--' before inputs that begin with '-'";
  const hint = meant === undefined ? inputs : `. Did you mean '--${meant}'?`;
  return new UsageError(`Unknown option: ${show(argument)}${hint}`);
}

function readValue(
  option: Option,
  rawName: string,
  text: string | undefined,
): unknown {
  if (option.parse === undefined) {
    if (text === undefined) return true;
    throw new UsageError(`${rawName} takes no value: got ${show(text)}`);
  }
  const value = text ?? option.otherwise;
  if (value === undefined) throw new UsageError(`${rawName} needs a value: ${option.value}`);
  try {
    return option.parse(rawName, value);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
