import { assertEquals, assertStringIncludes } from "@std/assert";
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BUN } from "../../scripts/bun.ts";
import { launch } from "../browser/chromium.ts";
import { test } from "../harness.ts";
import { project, succeed, workplace } from "./project.ts";

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html",
  js: "text/javascript",
  css: "text/css",
};

/** Gives a page memory that its threads share. */
const ISOLATED = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/** No code but that of files of this server. */
const STRICT = { "content-security-policy": "default-src 'self'" };

/** How long a page may take, the browser's start included. */
const PATIENCE_MS = 50_000;

/** Opens a page until it is told to end. */
type Open = (url: string) => Promise<{ close(): Promise<void>; readonly errors: string[] }>;

const inChromium: Open = async (url) => {
  const browser = await launch();
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(`${error}`));
  page.on("console", (message) => errors.push(message.text()));
  await page.goto(url);
  return { errors, close: () => browser.close() };
};

const inFirefox: Open = (url) => {
  const profile = Deno.makeTempDirSync({ dir: workplace });
  const args = ["--headless", "--no-remote", "--profile", profile, url];
  const child = new Deno.Command(FIREFOX, { args, stdout: "null", stderr: "null" }).spawn();
  const close = async () => {
    child.kill("SIGKILL");
    await child.status;
  };
  return Promise.resolve({ errors: [], close });
};

/** Debian's. It is tested where it is there. */
const FIREFOX = "/usr/bin/firefox-esr";

/** Serves the page of a folder with some headers, and opens it; what its script tells of its outcome. */
async function outcomeOf(
  folder: string,
  headers: Record<string, string>,
  open: Open = inChromium,
): Promise<unknown> {
  const { promise: told, resolve: tell } = Promise.withResolvers<unknown>();
  const serve = async (request: Request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/outcome") {
      tell(await request.json());
      return new Response();
    }
    const name = pathname === "/" ? "index.html" : pathname.slice(1);
    const type = TYPES[name.split(".").at(-1)!] ?? "application/octet-stream";
    try {
      return new Response(readFileSync(join(folder, name)), {
        headers: { ...headers, "content-type": type },
      });
    } catch {
      return new Response("There is no such file", { status: 404 });
    }
  };
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, serve);
  const browser = await open(`http://127.0.0.1:${server.addr.port}/`);
  const timer = setTimeout(
    () => tell(`It told of nothing: ${browser.errors.join()}`),
    PATIENCE_MS,
  );
  try {
    return await told;
  } finally {
    clearTimeout(timer);
    await browser.close();
    await server.shutdown();
  }
}

const RIGHT = {
  squares: [1, 4, 9],
  sums: [2, 3, 4],
  ends: [
    "throw: failed WorkerCrashError",
    "reject: failed WorkerCrashError",
    "close: failed WorkerCrashError",
  ],
  stuck: "TimeoutError",
  after: 10,
  inline: 8,
};

let made: Promise<string> | undefined;
const projectOfPages = () =>
  made ??= project("pages", ["npm", "install", "--no-audit", "--no-fund"], [
    ...["esbuild@0.28.2", "rollup@4", "@rollup/plugin-node-resolve@16", "vite@8"],
  ]);

/** A page whose script is a file, and what comes before that. */
function html(script: string, before = ""): string {
  return `<!doctype html><title>Page</title>${before}<script type="module" src="${script}"></script>`;
}

/** Makes a folder to serve. */
async function folderFor(name: string, page: string): Promise<{ cwd: string; out: string }> {
  const cwd = await projectOfPages();
  const out = join(cwd, `out-${name}`);
  mkdirSync(out);
  writeFileSync(join(out, "index.html"), page);
  copyFileSync(join(cwd, "page_tasks.js"), join(out, "page_tasks.js"));
  return { cwd, out };
}

/** Modules as they are in the package, found by an import map, as a server of packages has them. */
async function unbundled(name: string): Promise<string> {
  const imports = {
    "@trilane/trilane/async": "./trilane/src/lanes/async/mod.js",
    "@trilane/trilane/thread": "./trilane/src/lanes/thread/mod.js",
  };
  // Not within the page, where a policy may forbid it.
  const { cwd, out } = await folderFor(name, html("./page.js"));
  cpSync(join(cwd, "node_modules/@trilane/trilane"), join(out, "trilane"), { recursive: true });
  const script = Object.entries(imports).reduce(
    (text, [from, to]) => text.replace(`"${from}"`, `"${to}"`),
    readFileSync(join(cwd, "page.js"), "utf8"),
  );
  writeFileSync(join(out, "page.js"), script);
  return out;
}

test("a page runs both lanes from the package's modules: isolated, or with threads that share no memory", async () => {
  const folder = await unbundled("modules");
  assertEquals(await outcomeOf(folder, ISOLATED), { ...RIGHT, isolated: true });
  assertEquals(await outcomeOf(folder, {}), { ...RIGHT, isolated: false });
});

if (existsSync(FIREFOX)) {
  test("in Firefox, too", async () => {
    const folder = await unbundled("firefox");
    assertEquals(await outcomeOf(folder, ISOLATED, inFirefox), { ...RIGHT, isolated: true });
    assertEquals(await outcomeOf(folder, {}, inFirefox), { ...RIGHT, isolated: false });
  });
}

test("a page under a strict content security policy runs all tasks but inline ones", async () => {
  const folder = await unbundled("strict");
  for (const isolated of [true, false]) {
    const headers = { ...STRICT, ...isolated && ISOLATED };
    assertEquals(await outcomeOf(folder, headers), {
      ...RIGHT,
      isolated,
      inline: "NotPortableError: EvalError",
    });
  }
});

/** Where the bundle of the workers' module is, for bundlers that don't find it. */
const WORKER = `<script>globalThis.workerPath = "./worker.js";</script>`;

const THREAD_WORKER = "node_modules/@trilane/trilane/src/lanes/thread/entry.js";

/** How each makes a page's script and its workers' module. */
const BUNDLERS: Readonly<Record<string, (cwd: string, out: string) => Promise<unknown>>> = {
  async esbuild(cwd, out) {
    const entries = ["page.js", `worker=${THREAD_WORKER}`];
    const options = ["--bundle", "--format=esm", "--minify", `--outdir=${out}`];
    await succeed(["npx", "--no", "--", "esbuild", ...entries, ...options], { cwd });
  },
  async rollup(cwd, out) {
    const entries = ["--input", "page=page.js", "--input", `worker=${THREAD_WORKER}`];
    const options = ["--plugin", "node-resolve={browser:true}", "--format", "es", "--dir", out];
    await succeed(["npx", "--no", "--", "rollup", ...entries, ...options], { cwd });
  },
  async "bun build"(cwd, out) {
    const bun = [...BUN, "build", "--target=browser", "--minify"];
    await succeed([...bun, "page.js", `--outfile=${join(out, "page.js")}`], { cwd });
    await succeed([...bun, THREAD_WORKER, `--outfile=${join(out, "worker.js")}`], { cwd });
  },
};

for (const [bundler, bundle] of Object.entries(BUNDLERS)) {
  test(`a page bundled by ${bundler} runs both lanes, told where the workers' module is`, async () => {
    const { cwd, out } = await folderFor(bundler.replace(" ", "-"), html("./page.js", WORKER));
    await bundle(cwd, out);
    assertEquals(await outcomeOf(out, ISOLATED), { ...RIGHT, isolated: true });
    assertEquals(await outcomeOf(out, {}), { ...RIGHT, isolated: false });
  });
}

test("a page bundled by Vite runs both lanes with no help, since it finds the workers' module", async () => {
  const cwd = await projectOfPages();
  writeFileSync(join(cwd, "index.html"), html("./page.js"));
  await succeed(["npx", "--no", "--", "vite", "build", "--base=./", "--outDir=out-vite"], { cwd });
  const out = join(cwd, "out-vite");
  copyFileSync(join(cwd, "page_tasks.js"), join(out, "page_tasks.js"));
  assertEquals(await outcomeOf(out, ISOLATED), { ...RIGHT, isolated: true });
  assertEquals(await outcomeOf(out, {}), { ...RIGHT, isolated: false });
});

test("a page whose bundle lacks the workers' module is told so", async () => {
  const { cwd, out } = await folderFor("missing", html("./page.js"));
  await BUNDLERS.esbuild!(cwd, out);
  const outcome = await outcomeOf(out, ISOLATED);
  assertStringIncludes(`${outcome}`, "@trilane/trilane/thread/worker");
});
