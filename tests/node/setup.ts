/**
 * Tells Node, and each thread and child that it starts, what the names mean that tests import by: `tsconfig.json` has them, as for
 * Bun. The tests' own workers are Web Workers there too. Node is given this by `--import`.
 *
 * @module
 */
import { registerHooks } from "node:module";
import tsconfig from "../../tsconfig.json" with { type: "json" };
import { installWebWorkers } from "./web_worker.ts";

installWebWorkers();

const root = new URL("../../", import.meta.url);
const paths: Readonly<Record<string, readonly string[]>> = tsconfig.compilerOptions.paths;

registerHooks({
  resolve(specifier, context, next) {
    const [path] = paths[specifier] ?? [];
    if (path === undefined) return next(specifier, context);
    // A package is found by its name, from the folder that it is installed in.
    const [folder, name] = path.split("node_modules/");
    return name === undefined
      ? next(new URL(path, root).href, context)
      : next(name, { ...context, parentURL: new URL(folder!, root).href });
  },
});
