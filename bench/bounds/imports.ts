/**
 * Modules that are empty: what it takes to import one, and as many as `./async` has.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { type Bound, report } from "./bound.ts";

const MODULES = 85;

const { deno, bun } = process.versions as { deno?: string; bun?: string };
/** To Node the package comes as JavaScript. */
const EXTENSION = deno ?? bun ? "ts" : "mjs";

const IMPORTER = `
const start = performance.now();
await import(process.argv[2]);
console.log(performance.now() - start);
`;

const folder = mkdtempSync(join(tmpdir(), "trilane-bench-"));
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

write("importer.mjs", `import process from "node:process";${IMPORTER}`);
for (let i = 0; i < MODULES; i++) write(`${i}.${EXTENSION}`, "export const value = 1;\n");

function importOf(modules: number): Bound {
  const imports = Array.from({ length: modules }, (_, i) => `import "./${i}.${EXTENSION}";\n`);
  const all = `all_${modules}.${EXTENSION}`;
  write(all, imports.join(""));
  const options = deno === undefined ? [] : ["run", "--no-check", "--allow-all"];
  const args = [...options, "importer.mjs", `./${all}`];
  return {
    name: `the import of ${modules} empty ${modules === 1 ? "module" : "modules"}`,
    unit: "ms",
    measure: () => Number(spawnSync(process.execPath, args, { cwd: folder }).stdout),
  };
}

await report("Imports", [importOf(1), importOf(MODULES)]);
rmSync(folder, { recursive: true });
