/**
 * Runs tasks instead of the main module in a child that is a compiled program.
 *
 * @module
 */
import { processes } from "../../runtime/processes.ts";

processes.takeOver?.(() => import("./entry.ts"));
