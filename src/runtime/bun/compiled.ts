import { TrilaneError } from "../../base/errors.ts";

/** Where programs that Bun compiled find what was compiled into them: nowhere that another process could. */
const COMPILED = /\/(\$bunfs|~BUN)\//;

/** Tasks of the main module fail with this too, since it is what comes of loading that again. */
const NOT_LOADED =
  "The main module of a compiled program, with all that is bundled with it, is not loaded in a worker. " +
  "Make its tasks with inlineTask, or give their module to the build as a further entry point, without --splitting, and " +
  'find them with importTasks(new URL("./NAME.js", import.meta.url))';

/** The process of a program, or what a thread has of it. */
interface BunProcess {
  readonly argv: string[];
  on(event: "uncaughtException", listener: (error: unknown) => void): void;
  off(event: "uncaughtException", listener: (error: unknown) => void): void;
}

/** Whether a module was compiled into the program. */
export function isCompiled(url: string): boolean {
  return COMPILED.test(url);
}

/**
 * Makes a worker of a compiled program one, where this is called in a worker: it then throws. Such a program can start nothing but
 * itself, from its main module on. What is thrown by a module of this library, which comes before the main one, ends that before it
 * has begun. Nothing else does: awaiting at the top level would, but then nobody could `require` this library.
 *
 * @param mark The word on the worker's command line that says what it is. It is taken away: other copies of this library are loaded
 * with tasks, and are to be no concern of this.
 * @param run Runs tasks.
 */
export function takeOver(mark: string, run: () => unknown): void {
  if (!isCompiled(import.meta.url)) return;
  const { process } = globalThis as unknown as { process: BunProcess };
  const at = process.argv.indexOf(mark, 2);
  if (at < 0) return;
  process.argv.splice(at, 1);
  const end = new TrilaneError(NOT_LOADED);
  const begin = (error: unknown) => {
    if (error !== end) throw error;
    process.off("uncaughtException", begin);
    run();
  };
  process.on("uncaughtException", begin);
  throw end;
}
