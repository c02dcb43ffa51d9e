import process from "node:process";
import config from "../../deno.json" with { type: "json" };
import { isInstance, show } from "../base/errors.ts";
import { printable } from "../base/printable.ts";
import { type Command, COMMANDS } from "./commands.ts";
import type { Host } from "./host.ts";
import { commandHelp, helpText } from "./options/help.ts";
import { type CommandLine, readCommandLine } from "./options/read.ts";
import { suggestion, UsageError } from "./options/usage.ts";
import { print } from "./output/print.ts";

/** What a command line asks for. */
export interface Request {
  /** The command; `undefined` when it is about the program as a whole. */
  readonly command: Command | undefined;
  readonly line: CommandLine;
}

/**
 * Reads a command line.
 *
 * @param args The arguments.
 * @returns What they ask for.
 * @throws {UsageError} When they are wrong.
 */
export function readRequest([name, ...args]: readonly string[]): Request {
  if (name === undefined) {
    throw new UsageError("A command is missing: trilane map MODULE#EXPORT");
  }
  if (name.startsWith("-")) {
    const syntax = { names: ["help", "version"], optionsFirst: true, isCommand: false } as const;
    const line = readCommandLine([name], syntax);
    return { command: undefined, line };
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    const meant = suggestion(name, Object.keys(COMMANDS));
    throw new UsageError(`Unknown command: ${show(name)}${meant}`);
  }
  return { command, line: readCommandLine(args, command) };
}

/**
 * Runs a command line.
 *
 * @param args The arguments.
 * @param host The process.
 * @returns The exit status.
 */
export async function runCommandLine(args: readonly string[], host: Host): Promise<number> {
  try {
    const { command, line } = readRequest(args);
    const { help, version } = line.values;
    if (help) return await print(command === undefined ? helpText(COMMANDS) : commandHelp(command));
    if (version || command === undefined) return await print(config.version);
    return await command.run(line, host);
  } catch (error) {
    if (!isInstance(error, UsageError)) throw error;
    await complain(`${printable(error.message)}\nTry --help\n`);
    return 2;
  }
}

async function complain(text: string): Promise<void> {
  const { stderr } = process;
  const ignore = () => {};
  stderr.on("error", ignore);
  await new Promise<void>((resolve) => stderr.write(text, () => resolve()));
  stderr.off("error", ignore);
}
