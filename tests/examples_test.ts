/**
 * The example programs do what they say; `demo_test.ts` has the one about duplicate files.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { runtime, test } from "./harness.ts";
import { withFolder } from "./temporary_folder.ts";

const examples = fileURLToPath(new URL("../examples/", import.meta.url));

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(name: string, ...args: string[]): ChildProcess {
  const run = runtime === "deno" ? ["run", "--allow-all", "--no-check", "--no-lock"] : [];
  return spawn(process.execPath, [...run, join(examples, name), ...args], {
    env: { ...process.env, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

function end(child: ChildProcess): Promise<Ended> {
  const output = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream]!.setEncoding("utf8").on("data", (text) => output[stream] += text);
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, ...output }));
  });
}

const run = (name: string, ...args: string[]) => end(start(name, ...args));

test("examples: the build graph builds each module after what it needs", async () => {
  const { status, stdout } = await run("build_graph.ts");
  const lines = stdout.trimEnd().split("\n");
  const base = "compiled a.example/base()";
  const [text, shapes] = ["a.example/text", "b.example/shapes"].map((it) =>
    `compiled ${it}(${base})`
  );
  const page = `compiled b.example/page(${text}, ${shapes})`;
  assertEquals(lines.slice(0, 4).sort(), [base, text, shapes, page].sort());
  assertEquals([lines[0], lines[3], status], [base, page, 0]);
  assertEquals(lines[4], `4 modules, ${[base, text, shapes, page].join("").length} bytes`);
});

test("examples: the crawler is polite, and goes on where it was", () =>
  withFolder(async (folder) => {
    const checkpoint = join(folder, "crawl.sqlite");
    const first = await run("crawler.ts", checkpoint);
    assertMatch(first.stdout, /^34 pages, \d+ requests, at most 2 at a time at one host\n$/);
    const requests = Number(first.stdout.split(" ")[2]);
    assert(requests > 34, "a page that was too busy is asked for again");
    assertStringIncludes(first.stderr, "34/34");
    const second = await run("crawler.ts", checkpoint);
    assertEquals(second.stdout, "34 pages, 0 requests, at most 0 at a time at one host\n");
    assertEquals([first.status, second.status], [0, 0]);
  }));

test("examples: JSON lines are added up on threads, none lost", async () => {
  const { status, stdout, stderr } = await run("ndjson.ts", "--megabytes", "3", "--workers", "2");
  assertEquals(stdout, "60000 lines, 299970000 cents\n");
  assertMatch(stderr, /^\d+ MB\/s, \d+ MB of memory\n$/);
  assertEquals(status, 0);
});

test("examples: plug-ins that loop, crash and look around harm nothing", async () => {
  const { status, stdout } = await run("plugins.ts");
  // The talkative one writes to standard output, wherever that is just then.
  const [polite, curious, ...others] = stdout.replace("\x00\x00\x00\x07garbage", "").split("\n");
  assertEquals(polite, "polite: <p>Hello</p>");
  if (runtime === "deno") assertMatch(curious!, /^curious failed: Requires read access to "\/"/);
  else assertEquals(curious, "curious: <p>Hello, and I see files</p>");
  assertEquals(others, [
    "endless failed: Task 'endless' timed out: attempt 1 ran longer than 2000 ms",
    "fragile crashed with status 7",
    "talkative: <p>Hello!</p>",
    "",
  ]);
  assertEquals(status, 0);
});

/** A PPM image of one colour. */
function image(width: number, height: number, color: readonly number[]): Uint8Array {
  const head = new TextEncoder().encode(`P6\n${width} ${height}\n255\n`);
  const pixels = Array.from({ length: width * height }, () => color).flat();
  return Uint8Array.from([...head, ...pixels]);
}

test("examples: thumbnails are made of each image that is none the worse", () =>
  withFolder(async (folder) => {
    writeFileSync(join(folder, "a.ppm"), image(64, 48, [10, 20, 30]));
    writeFileSync(join(folder, "b.ppm"), image(8, 8, [0, 0, 0]));
    writeFileSync(join(folder, "broken.ppm"), "P6\n10 10\n255\nabc");
    const { status, stdout } = await run("thumbnails.ts", folder);
    assertMatch(
      stdout,
      /^a\.ppm: \d+ bytes\nb\.ppm: \d+ bytes\nbroken\.ppm: Cancelled because .*The image is cut short\n$/,
    );
    assertEquals(readdirSync(folder).filter((name) => name.endsWith(".png")), ["a.png", "b.png"]);
    const png = new DataView(readFileSync(join(folder, "a.png")).buffer);
    assertEquals([png.getUint32(16), png.getUint32(20)], [8, 6]);
    assertEquals(status, 0);
  }));

async function ask(url: string, method = "GET"): Promise<{ status: number; body: string }> {
  const response = await fetch(url, { method });
  return { status: response.status, body: await response.text() };
}

test("examples: the service takes jobs, refuses, counts, cancels and ends in order", async () => {
  const child = start("service.ts");
  const ended = end(child);
  try {
    const [line] = await Array.fromAsync(firstLine(child));
    const url = line!.replace("Listening at ", "");

    const jobs: string[] = [];
    let last = await ask(`${url}/jobs?n=33`, "POST");
    while (last.status === 202) {
      jobs.push(JSON.parse(last.body).id);
      last = await ask(`${url}/jobs?n=33`, "POST");
    }
    assertEquals(last.status, 429);
    assert(jobs.length >= 4, `${jobs.length} jobs`);

    assertEquals((await ask(`${url}/jobs?n=x`, "POST")).status, 400);
    assertEquals((await ask(`${url}/jobs/none`)).status, 404);
    const { status, body } = await ask(`${url}/jobs/${jobs.at(-1)}`, "DELETE");
    assertEquals([status, JSON.parse(body).message], [200, "Cancelled by a client"]);
    assertStringIncludes(
      (await ask(`${url}/metrics`)).body,
      'jobs_ended_total{how="cancelled"} 1\n',
    );

    for (;;) {
      const { body } = await ask(`${url}/jobs/${jobs[0]}`);
      const job = JSON.parse(body);
      if (job.status === "pending" || job.status === "running") continue;
      assertEquals([job.status, job.value], ["succeeded", 3524578]);
      break;
    }
    // After `child.kill` Deno takes whatever end for one by the signal.
    process.kill(child.pid!, "SIGTERM");
    const { stdout, status: code } = await ended;
    assertMatch(stdout, new RegExp(`\nDone: ${jobs.length - 1} succeeded, 1 cancelled\n$`));
    assertEquals(code, 0);
  } finally {
    child.kill("SIGKILL");
    await ended;
  }
});

async function* firstLine(child: ChildProcess): AsyncGenerator<string> {
  for await (const line of createInterface({ input: child.stdout! })) {
    yield line;
    return;
  }
}

test("examples: each program is short enough to read at a sitting", () => {
  const programs = readdirSync(examples).filter((name) => name.endsWith(".ts"));
  const long = programs.filter((name) =>
    readFileSync(join(examples, name), "utf8").split("\n").length > 120
  );
  assertEquals(long, []);
});
