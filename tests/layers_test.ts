import { assertEquals } from "@std/assert";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "./harness.ts";

/**
 * Who may import from whom, by folder under `src/`; each may import from itself. A lane may import what is named for
 * `lanes/*`, and its own folder.
 */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  task: ["base"],
  engine: ["base", "task"],
  queue: ["base", "task", "engine"],
  portable: ["base", "task"],
  runtime: ["base"],
  "lanes/async": ["base", "task", "engine", "queue", "runtime"],
  "lanes/pool/wire": ["base", "portable"],
  "lanes/pool/worker": ["base", "task", "portable", "lanes/pool/wire"],
  "lanes/pool/host": ["base", "task", "engine", "portable", "runtime", "lanes/pool/wire"],
  "lanes/thread": [
    ...["base", "queue", "portable", "runtime"],
    ...["lanes/pool/host", "lanes/pool/wire", "lanes/pool/worker"],
  ],
  "lanes/process": [
    ...["base", "queue", "portable", "runtime"],
    ...["lanes/pool/host", "lanes/pool/wire", "lanes/pool/worker"],
  ],
  "lanes/cluster": [
    ...["base", "task", "engine", "queue", "portable", "runtime"],
    ...["lanes/async", "lanes/thread", "lanes/process", "lanes/pool/wire"],
  ],
  remote: ["base", "task", "engine", "queue", "portable", "runtime", "lanes/pool/wire"],
  checkpoint: ["base", "task", "runtime"],
  progress: ["base", "engine", "queue", "runtime"],
  report: ["base", "task", "queue", "runtime"],
  lint: [],
  dashboard: ["base", "task", "engine", "queue", "report"],
  otel: ["base", "task", "engine", "queue"],
  testing: [
    ...["base", "task", "engine", "queue", "portable", "runtime"],
    ...["lanes/pool/host", "lanes/pool/wire", "lanes/pool/worker"],
  ],
  cli: [
    ...["base", "task", "engine", "queue", "portable", "runtime"],
    ...[
      "lanes/async",
      "lanes/thread",
      "lanes/process",
      "lanes/cluster",
      "checkpoint",
      "progress",
      "report",
      "dashboard",
    ],
  ],
};

const src = new URL("../src/", import.meta.url);

/** One import: which module imports which, and whether it is there while the program runs. */
interface Import {
  readonly from: string;
  /** A path in `src/`, or the specifier of something outside it. */
  readonly to: string;
  readonly typesAlone: boolean;
}

/** What each module under `src/` says, without comments and the examples in them. */
const sources: ReadonlyMap<string, string> = new Map(
  readdirSync(src, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => [
      path.replaceAll("\\", "/"),
      readFileSync(new URL(path, src), "utf8")
        .replace(/\/\*[^]*?\*\//g, "")
        .replace(/^\s*\/\/.*$/gm, ""),
    ]),
);

/** All imports of those modules. */
const imports: Import[] = Array.from(sources).flatMap(([from, code]) => {
  const statements = code.matchAll(
    /^(?:import|export)\b( type\b)?(?:[^;"]*?\bfrom)?\s*"([^"]+)"|\bimport\(\s*"([^"]+)"/gm,
  );
  return Array.from(statements, ([, type, specifier = "", dynamic]) => ({
    from,
    to: resolved(from, dynamic ?? specifier),
    typesAlone: type !== undefined,
  }));
});

function resolved(from: string, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier;
  return new URL(specifier, new URL(from, src)).href.slice(src.href.length);
}

/** The folder of the list above that a module is in; of a module elsewhere, `undefined`. */
function folderOf(path: string): string | undefined {
  return Object.keys(ARROWS).find((folder) => path.startsWith(`${folder}/`));
}

const isOurs = (path: string) => path.endsWith(".ts") && !path.includes(":");

/** The circles that some arrows make, one for each way back. */
function circles(arrows: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (node: string, path: readonly string[]) => {
    if (path.includes(node)) {
      found.push([...path.slice(path.indexOf(node)), node].join(" -> "));
    } else if (!done.has(node)) {
      for (const next of arrows.get(node) ?? []) walk(next, [...path, node]);
      done.add(node);
    }
  };
  for (const node of arrows.keys()) walk(node, []);
  return found;
}

function arrowsBetween(name: (path: string) => string | undefined): Map<string, Set<string>> {
  const arrows = new Map<string, Set<string>>();
  for (const { from, to } of imports) {
    const [start, end] = [name(from), name(to)];
    if (!isOurs(to) || start === undefined || end === undefined || start === end) continue;
    arrows.set(start, (arrows.get(start) ?? new Set()).add(end));
  }
  return arrows;
}

/** All modules that come with one, types left out, and what they import from outside. */
function closure(entry: string): { modules: Set<string>; outside: Set<string> } {
  const modules = new Set([entry]);
  const outside = new Set<string>();
  for (const module of modules) {
    for (const { from, to, typesAlone } of imports) {
      if (from !== module || typesAlone) continue;
      (isOurs(to) ? modules : outside).add(to);
    }
  }
  return { modules, outside };
}

test("layers: every module is in a folder that has its arrows stated", () => {
  const modules = new Set(imports.map(({ from }) => from));
  assertEquals(Array.from(modules).filter((path) => folderOf(path) === undefined), []);
});

test("layers: imports follow the arrows, type-only ones too", () => {
  const wrong = imports.filter(({ from, to }) => {
    const [start, end] = [folderOf(from)!, folderOf(to)];
    return isOurs(to) && start !== end && !ARROWS[start]!.includes(end!);
  });
  assertEquals(wrong.map(({ from, to }) => `${from} -> ${to}`), []);
});

test("layers: the arrows that are stated are all used", () => {
  const used = arrowsBetween(folderOf);
  const unused = Object.entries(ARROWS).flatMap(([start, ends]) =>
    ends.filter((end) => !used.get(start)?.has(end)).map((end) => `${start} -> ${end}`)
  );
  assertEquals(unused, []);
});

test("layers: there is no circle between folders", () => {
  assertEquals(circles(arrowsBetween(folderOf)), []);
});

test("layers: there is no circle between files, type-only imports included", () => {
  assertEquals(circles(arrowsBetween((path) => path)), []);
});

test("layers: no published module needs JSR, so that it can be published from anywhere", () => {
  assertEquals(imports.filter(({ to }) => /^(jsr:|@std\/)/.test(to)), []);
});

test("layers: SQLite is loaded by checkpoints alone", () => {
  const users = imports.filter(({ from, to }) =>
    /sqlite/.test(to) && !from.startsWith("checkpoint/") && from !== "runtime/sqlite.ts"
  );
  assertEquals(users, []);
});

test("layers: which runtime it is, is asked in its own folder alone", () => {
  const probe =
    /["']?(Deno|Bun)["']? in \w|\{[^}]*\b(Deno|Bun)\b[^}]*\} = globalThis|globalThis\.(Deno|Bun)\b|(?<![\w.])(Deno|Bun)\.(?!lint\.[A-Z])|\.versions\b|userAgent/;
  const users = Array.from(sources)
    .filter(([path, code]) => !path.startsWith("runtime/") && probe.test(code))
    .map(([path]) => path);
  assertEquals(users, []);
});

test("layers: Node can run every module by leaving out its types", () => {
  // Parameter properties, enums and namespaces are more than types; Node 22 doesn't know `using`.
  const beyond =
    /[(,]\s*(?:public|private|protected|readonly|override)\s+\w+\s*\??:|^\s*(?:export\s+)?(?:const\s+)?(?:enum|namespace)\s+\w+\s*\{|^\s*(?:await\s+)?using\s+\w+\s*=/m;
  const users = Array.from(sources).filter(([, code]) => beyond.test(code)).map(([path]) => path);
  assertEquals(users, []);
});

test("layers: what browsers load too comes without Node's modules", () => {
  for (const entry of ["lanes/async/mod.ts", "lanes/thread/mod.ts", "lanes/thread/entry.ts"]) {
    const { modules, outside } = closure(entry);
    assertEquals(Array.from(outside), [], entry);
    const folders = Array.from(modules, (path) => folderOf(path)!);
    assertEquals(folders.filter((folder) => folder === "report"), [], entry);
  }
});

test("layers: the lane on the event loop comes without pools, reports and sharing", () => {
  const { modules } = closure("lanes/async/mod.ts");
  const folders = new Set(Array.from(modules, (path) => folderOf(path)!));
  assertEquals([...folders].sort(), ["base", "engine", "lanes/async", "queue", "runtime", "task"]);
});
