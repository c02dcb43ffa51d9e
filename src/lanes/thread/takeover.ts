/**
 * Runs tasks instead of the main module in a thread that was started with a compiled program.
 *
 * @module
 */
import { threads } from "../../runtime/threads.ts";

threads.takeOver?.(() => import("./entry.ts"));
