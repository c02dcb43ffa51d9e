/**
 * `deno task check`: type-checks everything, and the core once more with nothing but the language
 * and the globals it is allowed, so that no runtime creeps into it. The scripts of pages are checked with the types of a
 * browser, and so is the code in the documentation.
 *
 * @module
 */
import { existsSync, readdirSync } from "node:fs";
import { benchArgs, stdArgs } from "./std.ts";

const present = (paths: string[]) => paths.filter((path) => existsSync(path));

/** The scripts of pages, which have a browser's types instead of a runtime's. */
const CLIENTS = ["src/report/client", "src/dashboard/client"];

/** A page with the library in it, which takes both. */
const PAGE = "examples/fractal";

/** All modules of a folder that run in a runtime. */
function modulesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => `${folder}/${path.replaceAll("\\", "/")}`)
    .filter((path) =>
      path.endsWith(".ts") && ![...CLIENTS, PAGE].some((it) => path.startsWith(`${it}/`))
    );
}

const sources = modulesOf("src");

async function check(...args: string[]): Promise<boolean> {
  const child = new Deno.Command(Deno.execPath(), { args: ["check", ...args], stdin: "null" });
  return (await child.spawn().status).success;
}

/** The pages whose blocks of code are checked. */
const pages = [
  "README.md",
  ...readdirSync("docs", { recursive: true, encoding: "utf8" })
    .map((path) => `docs/${path.replaceAll("\\", "/")}`)
    .filter((path) => path.endsWith(".md")),
];

// The benchmarks' peers are dependencies of theirs alone, named in a configuration of their own.
const benched = existsSync("bench/deno.json");
const everything = ["mod.ts", ...sources, ...modulesOf("examples"), "tests", "scripts"];
if (!benched) everything.push("bench");

const passed = [
  await check(...await stdArgs(), ...present(everything)),
  await check(
    "--config",
    "tests/platform_free/deno.json",
    "src/base",
    "src/task",
    "src/engine",
    "src/queue",
  ),
  await check("--config", "scripts/client_deno.json", ...CLIENTS),
  await check("--config", "scripts/page_deno.json", PAGE),
  await check(...await stdArgs(), "--doc-only", ...pages, "mod.ts", ...sources),
  ...benched ? [await check(...await benchArgs(), "bench")] : [],
];
if (passed.includes(false)) Deno.exit(1);
