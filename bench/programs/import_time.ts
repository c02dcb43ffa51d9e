/**
 * `import_time.ts NAME`: prints the milliseconds that it takes to import a module.
 *
 * @module
 */
import process from "node:process";

const modules: Record<string, () => Promise<unknown>> = {
  "@trilane/trilane/async": () => import("@trilane/trilane/async"),
  "p-queue": () => import("p-queue"),
  "p-limit": () => import("p-limit"),
  "fastq": () => import("fastq"),
  "async": () => import("async"),
};

const start = performance.now();
await modules[process.argv[2]!]!();
console.log(performance.now() - start);
