/**
 * Tasks that another thread or process can find again.
 *
 * @module
 */
export { type DefinedTasks, defineTasks } from "./define.ts";
export { type ImportedTasks, importTasks } from "./import.ts";
export { inlineTask } from "./inline.ts";
export {
  type MadeByDefineTasksOrImportTasksOrInlineTask,
  type Portable,
  type PortableTask,
  type TaskReference,
  taskReference,
} from "./portable.ts";
export { transfer } from "./transfer.ts";
