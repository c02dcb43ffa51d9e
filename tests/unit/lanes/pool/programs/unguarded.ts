/** A main module that submits tasks of its own without a guard; it notes each time that it is loaded. */
import { appendFileSync } from "node:fs";
import process from "node:process";
import { defineTasks, processMap, threadMap } from "../../../../../mod.ts";

const { UNGUARDED_LOG: log, UNGUARDED_LANE: lane } = process.env;
appendFileSync(log!, "load\n");

const { double } = defineTasks(import.meta.url, { double: (n: number) => n * 2 });

const map = lane === "thread" ? threadMap : processMap;
try {
  console.log(await map(double, [1, 2, 3, 4, 5, 6], { workers: 2 }));
} catch (error) {
  // What a worker does about its error makes no difference.
  const { errors } = error as AggregateError;
  if (errors === undefined) throw error;
  for (const { name, message } of errors) {
    console.log(name, `${message}`.includes("if (import.meta.main) {"));
  }
}
