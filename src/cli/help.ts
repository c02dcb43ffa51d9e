import { type Option, OPTIONS } from "./options.ts";

/** What `--help` prints. */
export function helpText(): string {
  const names = Object.entries(OPTIONS).map(([name, option]) => ({
    usage: usage(name, option),
    help: option.help,
  }));
  const width = Math.max(...names.map(({ usage }) => usage.length));
  const options = names.map(({ usage, help }) => `  ${usage.padEnd(width)}  ${help}`);
  return `Run an exported function over many inputs

Usage: trilane map MODULE#EXPORT [INPUT…] [OPTION…]

MODULE is a path from the current folder, or a URL. The inputs are the arguments, else the lines of
--input FILE or of standard input. Each is given to the function as a string; an empty line is an
empty string. Memory does not grow with the input. Times are in milliseconds.

Options:
${options.join("\n")}

Results go to standard output, everything else to standard error, also what tasks print.
The first interrupt (Ctrl-C) ends the run, the second kills it.
Exit status: 0 when all succeeded, 1 when a task failed or was cancelled, 2 when the command is used
wrongly, 130 when interrupted.`;
}

function usage(name: string, { short, value }: Option): string {
  const before = short === undefined ? "    " : `-${short}, `;
  return `${before}--${name}${value === undefined ? "" : ` ${value}`}`;
}
