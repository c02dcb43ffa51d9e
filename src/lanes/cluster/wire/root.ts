import { checks, refuse } from "../../../base/checks.ts";
import { NotPortableError, show } from "../../../base/errors.ts";
import type { TaskReference } from "../../../portable/portable.ts";

/** The folder that a program's modules are in, on this machine. Between machines their paths in it name them. */
export class Root {
  /** Its URL, which ends in a slash. */
  readonly href: string;

  /** @param root What the caller gave, checked. */
  constructor(root: string | URL) {
    const { href } = new URL(root);
    this.href = href.endsWith("/") ? href : `${href}/`;
  }

  /**
   * The path of a module, for a task that is to be sent.
   *
   * @param reference Where the task is.
   * @returns The path, relative to the root.
   * @throws {NotPortableError} When it isn't in a module below the root.
   */
  pathOf(reference: TaskReference): string {
    const { kind, name } = reference;
    if (kind === "inline") {
      throw new NotPortableError(
        `Task '${name}' is inline, and nodes of a cluster run no source text that they are sent: ` +
          "define it with defineTasks(import.meta.url, …) or import its module with importTasks(url)",
      );
    }
    const { url } = reference;
    if (url.startsWith(this.href)) return url.slice(this.href.length);
    throw new NotPortableError(
      `Task '${name}' is of ${url}, which is outside the queue's root ${this.href}`,
    );
  }

  /**
   * The URL of a module on this machine.
   *
   * @param path Its path, relative to the root.
   * @returns The URL; `undefined` if it is outside the root.
   */
  urlOf(path: string): string | undefined {
    const url = URL.canParse(path, this.href) ? new URL(path, this.href).href : "";
    return url.startsWith(this.href) ? url : undefined;
  }
}

/** Refuses what is no folder's URL. */
export function checkRoot(name: string, value: unknown): void {
  if (typeof value !== "string" && !(value instanceof URL)) {
    refuse(TypeError, name, "the URL of a folder", value);
  }
  if (!URL.canParse(value)) {
    throw new TypeError(
      `${name} must be the absolute URL of a folder, such as new URL(".", import.meta.url): got ${
        show(value)
      }`,
    );
  }
}

/** Refuses what can't be the name of a queue: the server's keys are made of it. */
export function checkName(name: string, value: unknown): void {
  checks.string(name, value);
  if (value === "" || (value as string).includes(":")) {
    refuse(RangeError, name, "a text without a colon", value);
  }
}
