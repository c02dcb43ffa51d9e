import type { CommandShape, CommandShapes } from "./command_shape.ts";
import { type OptionName, OPTIONS } from "./options.ts";

/** What is said of all commands that run something. */
const COMMON =
  `Times are in milliseconds or have a unit (1.5s, 2m); sizes are in bytes or have one (500M, 1.5G).
Results go to standard output, everything else to standard error, also what tasks print; neither
holds what would do something to a terminal. The first interrupt (Ctrl-C) ends the run, the second
kills it. Exit status: 0 when all succeeded, 1 when a task failed or was cancelled, 2 when the
command is used wrongly, 130 when interrupted.`;

/**
 * What `trilane --help` prints.
 *
 * @param commands The commands.
 * @returns The text.
 */
export function helpText(commands: CommandShapes): string {
  const shapes = Object.values(commands);
  const usages = shapes.map(({ usage, summary }) => `  ${usage}\n      ${summary}`);
  const names = Object.keys(OPTIONS) as OptionName[];
  return `Run functions and commands over many inputs

Usage:
${usages.join("\n")}

Options:
${optionList(names)}

${COMMON}
More on a command: trilane COMMAND --help`;
}

/**
 * What `trilane COMMAND --help` prints.
 *
 * @param shape The command.
 * @returns The text.
 */
export function commandHelp({ usage, summary, description, names }: CommandShape): string {
  // The usage of a command that takes no options but this says all.
  const common = names.length > 1 ? `\n\n${COMMON}` : "";
  return `${summary}

Usage: ${usage}

${description}

Options:
${optionList(names)}${common}`;
}

function optionList(names: readonly OptionName[]): string {
  const rows = names.map((name) => ({ usage: usageOf(name), help: OPTIONS[name].help }));
  const width = Math.max(...rows.map(({ usage }) => usage.length));
  return rows.map(({ usage, help }) => `  ${usage.padEnd(width)}  ${help}`).join("\n");
}

function usageOf(name: OptionName): string {
  const { short = "", value } = OPTIONS[name];
  const letters = Array.from(short, (letter) => `-${letter}, `).join("");
  return `${letters.padEnd(8)}--${name}${value === undefined ? "" : ` ${value}`}`;
}
