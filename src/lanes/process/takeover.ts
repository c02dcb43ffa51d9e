/**
 * Lets a compiled program have children. It can start nothing but itself, from its main module on. So in a child this module,
 * which is evaluated before the main module of the program, fails, which ends that before it has begun, and runs tasks instead.
 *
 * It fails because nothing else ends a main module: awaiting at the top level would, but then nobody could `require` this library.
 *
 * @module
 */
import process from "node:process";
import { TrilaneError } from "../../base/errors.ts";
import { processes } from "../../runtime/processes.ts";

/** Tasks of the main module fail with this too, since it is what comes of loading that again. */
const MESSAGE =
  "The main module of a compiled program, with all that is bundled with it, is not loaded in a child. " +
  "Make its tasks with inlineTask, or give their module to the build as a further entry point, without --splitting, and " +
  'find them with importTasks(new URL("./NAME.js", import.meta.url))';

if (processes.takeChildMark?.()) {
  const end = new TrilaneError(MESSAGE);
  const begin = (error: unknown) => {
    if (error !== end) throw error;
    process.off("uncaughtException", begin);
    void import("./entry.ts");
  };
  process.on("uncaughtException", begin);
  throw end;
}
