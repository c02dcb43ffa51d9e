import { dirname, relative, resolve, sep } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { show } from "../../base/errors.ts";
import { UsageError } from "../options/usage.ts";

/** The function to run, as the user has named it. */
export interface Target {
  /** The module's URL. */
  readonly url: string;
  /** The module as the user has typed it. */
  readonly module: string;
  /** The name under which it exports the function. */
  readonly name: string;
}

/**
 * Finds out which function is meant.
 *
 * @param text `MODULE#EXPORT`, or `MODULE` for its default export.
 * @returns The function.
 * @throws {UsageError} When it names none.
 */
export function readTarget(text: string): Target {
  const at = text.lastIndexOf("#");
  const module = at < 0 ? text : text.slice(0, at);
  const name = at < 0 ? "default" : text.slice(at + 1);
  if (module === "" || name === "") {
    throw new UsageError(
      `The function must be given as MODULE#EXPORT, such as ./tasks.ts#resize: got ${show(text)}`,
    );
  }
  return { url: moduleUrl(module), module, name };
}

/** Whether a text begins as a URL does: with a scheme. One letter is a drive. */
export function hasScheme(text: string): boolean {
  return /^[a-z][a-z0-9+.-]+:/i.test(text);
}

function moduleUrl(module: string): string {
  if (!hasScheme(module)) return pathToFileURL(resolve(module)).href;
  if (URL.canParse(module)) return new URL(module).href;
  throw new UsageError(`The module must be a path or a URL: got ${show(module)}`);
}

/**
 * What keeps the checkpoint records of a function apart from those of others, the same after its project was moved: a
 * file goes by its path from the current folder, or, if it is not in there, from that of the checkpoint.
 *
 * @param target The function.
 * @param checkpoint The checkpoint's file.
 * @returns The namespace.
 */
export function namespaceOf({ url, name }: Target, checkpoint: string | undefined): string {
  if (!url.startsWith("file:")) return `${url}#${name}`;
  const path = fileURLToPath(url);
  const fromHere = relative(process.cwd(), path);
  const isHere = !fromHere.startsWith(`..${sep}`) && resolve(fromHere) === path;
  if (isHere || checkpoint === undefined) return `${portablePath(fromHere)}#${name}`;
  return `${portablePath(relative(dirname(resolve(checkpoint)), path))}#${name}`;
}

/**
 * Whether a namespace is what version 0.1 would have called a function, wherever its project was then.
 *
 * @param namespace The namespace.
 * @param current What it is called now.
 * @returns Whether it is.
 */
export function isEarlierName(namespace: string, current: string): boolean {
  if (!namespace.startsWith("file:///")) return false;
  const path = current.replace(/^(\.\.\/)+/, "");
  return decodeURI(namespace).endsWith(`/${path}`);
}

function portablePath(path: string): string {
  return path.replaceAll(sep, "/");
}
