import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { show } from "../base/errors.ts";
import type { CommandLine, OptionValues } from "./options.ts";
import { UsageError } from "./usage.ts";

/** The function to run, as the user has named it. */
export interface Target {
  /** The module's URL. */
  readonly url: string;
  /** The module as the user has typed it. */
  readonly module: string;
  /** The name under which it exports the function. */
  readonly name: string;
}

/** What `trilane map` is to do. */
export interface MapPlan {
  readonly target: Target;
  readonly options: OptionValues;
  /** The inputs, if they are arguments; else they are lines to be read. */
  readonly inputs: readonly string[] | undefined;
}

/**
 * Finds out what `trilane map` is to do.
 *
 * @param line The command line; its first word is `map`.
 * @returns The plan.
 * @throws {UsageError} When it says too little or too much.
 */
export function planMap({ values, positionals }: CommandLine): MapPlan {
  const [, target, ...inputs] = positionals;
  if (target === undefined) {
    throw new UsageError("Which function to run is missing: trilane map MODULE#EXPORT");
  }
  if (inputs.length > 0 && values.input !== undefined) {
    throw new UsageError(
      `Inputs come either from arguments or from --input: got ${show(inputs[0])} and ${
        show(values.input)
      }`,
    );
  }
  return {
    target: readTarget(target),
    options: values,
    inputs: inputs.length > 0 ? inputs : undefined,
  };
}

function readTarget(text: string): Target {
  const at = text.lastIndexOf("#");
  const module = text.slice(0, at);
  const name = text.slice(at + 1);
  if (at <= 0 || name === "") {
    throw new UsageError(
      `The function must be given as MODULE#EXPORT, such as ./tasks.ts#resize: got ${show(text)}`,
    );
  }
  return { url: moduleUrl(module), module, name };
}

/** What begins with a scheme is a URL; one letter is a drive. */
function moduleUrl(module: string): string {
  if (!/^[a-z][a-z0-9+.-]+:/i.test(module)) return pathToFileURL(resolve(module)).href;
  if (URL.canParse(module)) return new URL(module).href;
  throw new UsageError(`The module must be a path or a URL: got ${show(module)}`);
}
