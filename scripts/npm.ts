/**
 * `deno task npm [FOLDER]`: builds the package as npm has it, by default in `dist/npm`: JavaScript with source maps, types, and a command.
 * Each module stays a file of its own, so that a bundler takes no more than it needs and workers find what they run.
 *
 * @module
 */
import { build, type Plugin, stop } from "esbuild";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import deno from "../deno.json" with { type: "json" };

/** What Node 22 can parse, which is the oldest runtime. */
const TARGET = "node22";

/** What comes along as it is. */
const COPIED = ["README.md", "LICENSE", "CHANGELOG.md"];

/** The scripts of pages are in the package as text. */
const NO_MODULES = /\/client\//;

/** Modules that do something by being loaded: a bundler may leave out all others that nothing is used of. */
const WITH_EFFECTS = /\/(entry|takeover|share|run_thread)\.ts$/;

const COMMAND = `#!/usr/bin/env node
import process from "node:process";
import { runProgram } from "./src/cli/program.js";

process.exit(await runProgram(process.argv.slice(2)));
`;

const root = fileURLToPath(new URL("../", import.meta.url));

/** Leaves imports as they are, but for the names that files have as JavaScript. */
const keepImports: Plugin = {
  name: "keep imports",
  setup({ onResolve }) {
    onResolve({ filter: /./ }, ({ kind, path }) => {
      // The version is read from JSON, which comes into the module.
      if (kind === "entry-point" || path.endsWith(".json")) return undefined;
      return { path: path.startsWith(".") ? asJavaScript(path) : path, external: true };
    });
  },
};

function asJavaScript(path: string): string {
  return path.replace(/\.ts$/, ".js");
}

/** The specifier of an import, or the path in `new URL(…, import.meta.url)`, which bundlers look for. */
const NAMES = /(\bfrom\s+|\bimport\(|^import\s+|\bnew URL\()("\.[^"]*)\.ts"/gm;

function withJavaScriptNames(text: string): string {
  return text.replace(NAMES, '$1$2.js"');
}

/** The compiler gives a class that has such a method a property of the same name as well. */
const TWICE = /^ *\[Symbol\.\w+\]: \(\) => .*;\n/gm;

/** Types of the web's, which programs without a browser's types have not, or only as values. */
const WEB_TYPES: Readonly<Record<string, string>> = {
  Transferable: "object",
  MessagePort: "typeof globalThis extends { MessagePort: { prototype: infer T } } ? T : any",
  Worker: "typeof globalThis extends { Worker: { prototype: infer T } } ? T : any",
};

/** The types that a module exports. */
function typesOf(path: string): string {
  const { outputText } = ts.transpileDeclaration(readFileSync(join(root, path), "utf8"), {
    fileName: path,
    compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext, strict: true },
  });
  return withJavaScriptNames(`${libraries(outputText)}${outputText.replace(TWICE, "")}`);
}

/** What a module's types need that not every program's configuration has. */
function libraries(types: string): string {
  const lines = [];
  if (/\bDisposable|AsyncDisposable|Symbol\.(async)?[dD]ispose/.test(types)) {
    lines.push('/// <reference lib="esnext.disposable" />\n');
  }
  for (const [name, type] of Object.entries(WEB_TYPES)) {
    if (new RegExp(`\\b${name}\\b`).test(types)) lines.push(`type ${name} = ${type};\n`);
  }
  return lines.join("");
}

/** What npm and runtimes are told of the package. */
function manifest(modules: readonly string[]): object {
  const { name, version, license, exports } = deno;
  const paths = Object.entries(exports).map(([key, path]) => {
    const base = path.replace(/\.ts$/, "");
    return [key, { types: `${base}.d.ts`, default: `${base}.js` }];
  });
  return {
    ...{ name, version, license, type: "module" },
    description: "Structured task queues with one API for the event loop, threads and processes",
    keywords: ["queue", "task", "worker", "thread", "process", "pool", "concurrency", "retry"],
    engines: { node: ">=22" },
    exports: { ...Object.fromEntries(paths), "./package.json": "./package.json" },
    bin: { trilane: "trilane.js" },
    // What makes a thread of a program that Bun compiled, which has all that a worker needs: of no use in a page.
    browser: { "./src/lanes/thread/takeover.js": false },
    sideEffects: [
      "./trilane.js",
      "./mod.js",
      ...modules.filter((path) => WITH_EFFECTS.test(path)).map((path) => `./${asJavaScript(path)}`),
    ],
  };
}

/**
 * Builds the package.
 *
 * @param folder where to; what is there goes
 */
export async function buildPackage(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const modules = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    .map((path) => `src/${path.replaceAll("\\", "/")}`)
    .filter((path) => path.endsWith(".ts") && !NO_MODULES.test(path));
  modules.push("mod.ts");
  const { outputFiles } = await build({
    ...{ absWorkingDir: root, entryPoints: modules, outdir: folder, outbase: "." },
    ...{ bundle: true, write: false, format: "esm", target: TARGET, tsconfigRaw: {} },
    ...{ platform: "neutral", sourcemap: "linked", charset: "utf8", plugins: [keepImports] },
  });
  await stop();
  for (const { path, text } of outputFiles) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, path.endsWith(".js") ? withJavaScriptNames(text) : text);
  }
  for (const path of modules) {
    writeFileSync(join(folder, path.replace(/\.ts$/, ".d.ts")), typesOf(path));
  }
  writeFileSync(join(folder, "trilane.js"), COMMAND, { mode: 0o755 });
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest(modules), null, 2)}\n`);
  for (const path of COPIED) copyFileSync(join(root, path), join(folder, path));
}

if (import.meta.main) await buildPackage(resolve(Deno.args[0] ?? "dist/npm"));
