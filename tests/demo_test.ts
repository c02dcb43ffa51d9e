import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { AsyncQueue, ProcessQueue, ThreadQueue } from "@trilane/trilane";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import deno from "../deno.json" with { type: "json" };
import { candidates } from "../examples/duplicates/candidates.ts";
import { Clusters } from "../examples/duplicates/clusters.ts";
import { compare } from "../examples/duplicates/compare.ts";
import { Comparer } from "../examples/duplicates/comparer.ts";
import {
  formatBytes,
  formatCount,
  formatPath,
  formatShare,
} from "../examples/duplicates/format.ts";
import { readAll } from "../examples/duplicates/read.ts";
import { shingles } from "../examples/duplicates/shingles.ts";
import { sketch } from "../examples/duplicates/sketch.ts";
import { stage } from "../examples/duplicates/stage.ts";
import { stdArgs } from "../scripts/std.ts";
import { runtime, test } from "./harness.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const run = ["examples/duplicates.ts"];
if (runtime === "deno") {
  // What the task runs in the end, with the permissions given there.
  const [, command] = deno.tasks.demo.command.split(" scripts/std.ts run ");
  run.unshift("run", ...await stdArgs(), ...command!.split(" ").slice(0, -1));
}

/** Runs the demo. */
function demo(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [...run, ...args], { cwd: root, encoding: "utf8" });
}

/** Calls back with a temporary directory that has these files. */
function withFiles(files: Record<string, string>, fn: (root: string) => void): void {
  const root = mkdtempSync(join(tmpdir(), "demo-"));
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    }
    fn(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** A text of words that no other text of this suite has, unless it has the same name. */
function words(name: string, from: number, to: number): string {
  return Array.from({ length: to - from }, (_, n) => `${name}${from + n}`).join(" ");
}

/**
 * Two texts of 97 shingles each that have all but `changed` of them in common, so that of all the shingles in
 * either they share (97 - changed) / (97 + changed).
 */
function alike(changed: number): { a: string; b: string } {
  const common = words("common", 0, 100 - changed);
  return {
    a: `${common} ${words("a", 0, changed)}`,
    b: `${common} ${words("b", 0, changed)}`,
  };
}

test("demo: prints the duplicates, those that waste most first", () => {
  const files = {
    "big/one.bin": "b".repeat(200_000),
    "big/deeper/two.bin": "b".repeat(200_000),
    "other.bin": "o".repeat(200_000),
    "three/1": "three",
    "three/2": "three",
    "three/3": "three",
    "日本語/ñandú 😀.txt": "unicode",
    "same.txt": "unicode",
    "same size": "UNICODE",
    "empty/a": "",
    "empty/b": "",
    ".git/left out": "three",
  };
  withFiles(files, (root) => {
    const { status, stdout, stderr } = demo(root);
    assertEquals(
      stdout.replaceAll(root, "DIR"),
      `200,000 bytes (200 kB) wasted: 2 copies of 200,000 bytes
  DIR/big/deeper/two.bin
  DIR/big/one.bin
10 bytes wasted: 3 copies of 5 bytes
  DIR/three/1
  DIR/three/2
  DIR/three/3
7 bytes wasted: 2 copies of 7 bytes
  DIR/same.txt
  DIR/日本語/ñandú 😀.txt
0 bytes wasted: 2 copies of 0 bytes
  DIR/empty/a
  DIR/empty/b
200,017 bytes (200 kB) wasted by 9 files in 4 sets of duplicates

No near-duplicates (80 % alike or more)
`,
    );
    assertMatch(
      stderr,
      new RegExp(
        "^listed    11 files in 6 folders, [\\d.]+ s\n" +
          "hashed    11 files, 600 kB, [\\d.]+ s\n" +
          "compared  0 pairs, [\\d.]+ s\n$",
      ),
    );
    assertEquals(status, 0);
  });
});

test("demo: links waste nothing", () => {
  withFiles({ "a/file": "text", "b": "other" }, (root) => {
    symlinkSync(join(root, "a"), join(root, "link to a directory"));
    symlinkSync(join(root, "a/file"), join(root, "link to a file"));
    linkSync(join(root, "a/file"), join(root, "hard link"));
    const { status, stdout, stderr } = demo(root);
    assertMatch(stdout, /^No duplicates\n/);
    assertStringIncludes(stderr, "listed    3 files in 2 folders,");
    assertEquals(status, 0);
  });
});

test("demo: a hard link is shown with the copy that it belongs to", () => {
  withFiles({ "a": "text", "b": "text" }, (root) => {
    linkSync(join(root, "a"), join(root, "c"));
    const { stdout } = demo(root);
    assertStringIncludes(
      stdout.replaceAll(root, "DIR"),
      `4 bytes wasted: 2 copies of 4 bytes
  DIR/a
    hard link: DIR/c
  DIR/b
`,
    );
  });
});

test("demo: a file that can't be read is named and counted, and ends nothing", () => {
  withFiles({ "a": "text", "b": "text" }, (root) => {
    symlinkSync("nowhere", join(root, "dangling"));
    const { status, stdout, stderr } = demo(root);
    assertStringIncludes(stdout, "4 bytes wasted by 2 files in 1 set of duplicates\n");
    assertMatch(stdout, /\n\nFailed: .*\/dangling\n {2}ENOENT: .*\n1 failure\n$/);
    assertStringIncludes(stderr, "hashed    2 files,");
    assertEquals(status, 0);
  });
});

test("demo: a directory that can't be listed is named and counted", () => {
  // What a path that is too long names can't be reached even by a superuser.
  const longest = process.platform === "linux" ? 4096 : 1024;
  if (process.platform === "win32") return;
  withFiles({ "a/file": "text", "b": "text" }, (root) => {
    let parent = join(root, "a");
    while (parent.length < longest - 200) {
      parent = join(parent, "d".repeat(Math.min(200, longest - 199 - parent.length)));
    }
    mkdirSync(join(parent, "directory".padEnd(150, "_")), { recursive: true });
    writeFileSync(join(parent, "file".padEnd(150, "_")), "text");
    const longer = join(root, "a".repeat(100));
    renameSync(join(root, "a"), longer);
    try {
      const { status, stdout } = demo(root);
      assertStringIncludes(stdout, "4 bytes wasted by 2 files");
      assertStringIncludes(stdout, "\n2 failures\n");
      assertMatch(stdout, /^Failed: .*\/directory_+\n {2}ENAMETOOLONG/m);
      assertMatch(stdout, /^Failed: .*\/file_+\n {2}ENAMETOOLONG/m);
      assertEquals(status, 0);
    } finally {
      renameSync(longer, join(root, "a"));
    }
  });
});

test("demo: looks through the sample by default", () => {
  const { status, stdout, stderr } = demo();
  assertEquals(
    stdout.replaceAll("examples/duplicates/sample/", ""),
    `550 bytes wasted: 3 copies of 275 bytes
  backup/ferry (1).txt
  backup/ferry.txt
  travel/ferry.txt
211 bytes wasted: 2 copies of 211 bytes
  backup/packing list.txt
  travel/packing list.txt
761 bytes wasted by 5 files in 2 sets of duplicates

Similar to drafts/rye bread (first try).txt
   90 %  kitchen/rye bread.txt
   85 %  drafts/rye bread (second try).txt
Similar to letters/minutes corrected.txt
   91 %  letters/minutes.txt
2 groups of near-duplicates (80 % alike or more)
`,
  );
  assertMatch(stderr, /^listed {4}13 files in 6 folders/);
  assertEquals(status, 0);
});

test("demo: finds its sample from any folder, and looks through another when told to", () => {
  withFiles({}, (folder) => {
    const program = join(root, "examples/duplicates.ts");
    const { stdout, status } = spawnSync(process.execPath, run.with(-1, program), {
      cwd: folder,
      encoding: "utf8",
    });
    assertStringIncludes(stdout, "/examples/duplicates/sample/travel/ferry.txt\n");
    assertEquals(status, 0);
    assertMatch(demo(folder).stdout, /^No duplicates\n\nNo near-duplicates/);
  });
});

if (runtime === "deno") {
  test("demo: its task downloads nothing that only tests need", () => {
    withFiles({}, (cache) => {
      const { stdout, stderr, status } = spawnSync(
        process.execPath,
        ["task", "demo", "--help"],
        { cwd: root, encoding: "utf8", env: { ...process.env, DENO_DIR: cache } },
      );
      assertStringIncludes(stdout, "Usage: ");
      for (const name of ["fast-check", "playwright-core"]) assert(!stderr.includes(name), stderr);
      const npm = join(cache, "npm");
      // Each registry has a folder of its own.
      const registries = existsSync(npm)
        ? readdirSync(npm, { withFileTypes: true }).filter((entry) => entry.isDirectory())
        : [];
      assertEquals([registries.length, status], [0, 0]);
    });
  });
}

test("demo: wrong usage is told on stderr with status 2", () => {
  withFiles({ file: "" }, (root) => {
    const wrong: [args: string[], message: string][] = [
      [[join(root, "missing")], `DIR must exist: got '${join(root, "missing")}'`],
      [[join(root, "file")], `DIR must be a directory: got '${join(root, "file")}'`],
      [[root, root], "DIR must be one directory: got 2 arguments"],
      [["--recursive", root], "Unknown option: '--recursive'"],
      [["-r"], "Unknown option: '-r'"],
      [["--help=me"], "Unknown option: '--help=me'"],
      [["--threshold", "0", root], "--threshold must be above 0, up to 1: got '0'"],
      [["--threshold=80%", root], "--threshold must be above 0, up to 1: got '80%'"],
      [["--threshold"], "--threshold needs a value"],
      [["--workers", "1.5", root], "--workers must be a whole number from 1: got '1.5'"],
      [["--checkpoint=", root], "--checkpoint needs a value"],
    ];
    for (const [args, message] of wrong) {
      const { status, stdout, stderr } = demo(...args);
      assertEquals([status, stdout, stderr], [2, "", `${message}\nTry --help\n`]);
    }
    for (const option of ["--checkpoint", "--report"]) {
      const { status, stdout, stderr } = demo(option, join(root, "no/file"), root);
      assertEquals([status, stdout], [2, ""]);
      assertStringIncludes(stderr, `${option} must be writable: got '${join(root, "no/file")}': `);
    }
  });
});

test("demo: --help tells how to use it", () => {
  for (const option of ["--help", "-h"]) {
    const { status, stdout, stderr } = demo(option);
    assertStringIncludes(stdout, "Usage: ");
    assertEquals([status, stderr], [0, ""]);
  }
});

test("demo: texts are near-duplicates from the threshold on", () => {
  const shared = (97 - 10) / (97 + 10);
  assert(shared > 0.81 && shared < 0.82);
  const { a, b } = alike(10);
  withFiles({ a, "b/b": b, "b/c": b, "other": words("other", 0, 100) }, (root) => {
    for (const options of [[], ["--threshold", "0.81"], ["--threshold=0.01", "--workers=1"]]) {
      const { status, stdout, stderr } = demo(...options, root);
      assertStringIncludes(
        stdout.replaceAll(root, "DIR"),
        "\n\nSimilar to DIR/a\n   81 %  DIR/b/b (+ 1 duplicate)\n1 group of near-duplicates (",
      );
      assertStringIncludes(stderr, "\ncompared  1 pair, ");
      assertEquals(status, 0);
    }
    const { stdout } = demo("--threshold", "0.82", root);
    assertStringIncludes(stdout, "\nNo near-duplicates (82 % alike or more)\n");
  });
  withFiles(alike(11), (root) => {
    const { stdout } = demo(root);
    assertStringIncludes(stdout, "\nNo near-duplicates (80 % alike or more)\n");
  });
  // Of 90 shingles each, 60 are the same: 60 of 120.
  withFiles({ a: words("w", 0, 93), b: words("w", 30, 123) }, (root) => {
    assertStringIncludes(demo("--threshold", "0.5", root).stdout, "\n   50 %  ");
  });
});

test("demo: a group is held together by its members, and told by the first", () => {
  // Each has 90 of the 97 shingles of the one before, and the last so few of the first that no estimate says to compare
  // them.
  const files = {
    "1": words("w", 0, 100),
    "2": words("w", 7, 107),
    "3": words("w", 14, 114),
    "4": words("w", 21, 121),
  };
  withFiles(files, (root) => {
    const { stdout } = demo("--threshold", "0.85", root);
    assertStringIncludes(
      stdout.replaceAll(root, "DIR"),
      "Similar to DIR/1\n   86 %  DIR/2\n   74 %  DIR/3\n   64 %  DIR/4\n1 group of near-duplicates (85 %",
    );
  });
});

test("demo: what is no text, or too large for one, has duplicates only", () => {
  const { a, b } = alike(1);
  const large = words("large", 0, 200_000);
  assert(large.length > 2_000_000);
  const files = {
    "binary/a": `\0${a}`,
    "binary/b": `\0${b}`,
    "large/1": `${large} 1`,
    "large/2": `${large} 2`,
    "large/3": `${large} 2`,
    "large/alone": `${large} alone`,
    "no words/a": "...",
    "no words/b": "?",
  };
  withFiles(files, (root) => {
    const { status, stdout, stderr } = demo("--threshold", "0.1", root);
    assertMatch(stdout, /2 copies of [\d,]+ bytes\n.*\/large\/2\n.*\/large\/3\n/);
    assertStringIncludes(stdout, " wasted by 2 files in 1 set of duplicates\n");
    assertStringIncludes(stdout, "\nNo near-duplicates (");
    assertStringIncludes(stdout, "\n4 files above 2.00 MB: not compared as text\n");
    // The one whose size no other has need not be read.
    assertStringIncludes(stderr, "\nhashed    7 files,");
    assertEquals(status, 0);
  });
});

test("demo: only the first of what was found are told, unless all are asked for", () => {
  const files = Array.from({ length: 24 }, (_, n) => [`${n}`, `${n >> 1}`]);
  withFiles(Object.fromEntries(files), (root) => {
    assertMatch(
      demo(root).stdout,
      /^(?:[12] bytes? wasted.*\n(?: {2}.*\n){2}){10}… and 2 more sets of duplicates: --all shows them\n14 bytes/,
    );
    const { stdout } = demo("--all", root);
    assertEquals(stdout.match(/ wasted: /g)?.length, 12);
    assert(!stdout.includes("…"));
  });
  const same = Array.from({ length: 12 }, (_, n) => [`${n}`, "same"]);
  withFiles(Object.fromEntries(same), (root) => {
    assertMatch(
      demo(root).stdout,
      /^44 bytes wasted: 12 copies of 4 bytes\n(?: {2}.*\n){10}… and 2 more files: --all shows them\n44/,
    );
  });
});

test("demo: a checkpoint skips what has not been changed", () => {
  const { a, b } = alike(10);
  withFiles({ a, b, c: "c", d: "d" }, (root) => {
    const checkpoint = join(root, "run.sqlite"); // not looked at itself
    const run = () => demo("--checkpoint", checkpoint, root);
    const told = ({ stderr }: { stderr: string }) => stderr.replaceAll(/, [\d.]+ s/g, "");
    const stages = (size: string, hashed: string, compared: string) =>
      `listed    4 files in 1 folder\nhashed    4 files, ${size}${hashed}\ncompared  ${compared}\n`;

    utimesSync(join(root, "b"), 1, 1);
    const first = run();
    const size = formatBytes(a.length + b.length + 2);
    assertEquals(told(first), stages(size, "", "1 pair"));
    assertStringIncludes(first.stdout, "81 %");
    const second = run();
    assertEquals(told(second), stages(size, " (4 skipped)", "1 pair (1 skipped)"));
    assertEquals(second.stdout, first.stdout);

    // As long as before: the time tells.
    writeFileSync(join(root, "d"), "c");
    utimesSync(join(root, "d"), 1, 1);
    const third = run();
    assertEquals(told(third), stages(size, " (3 skipped)", "1 pair (1 skipped)"));
    assertStringIncludes(third.stdout, "1 byte wasted by 2 files in 1 set of duplicates");

    // As old as before: the size tells.
    writeFileSync(join(root, "b"), `${b} more`);
    utimesSync(join(root, "b"), 1, 1);
    const fourth = run();
    const grown = formatBytes(a.length + b.length + 7);
    assertEquals(told(fourth), stages(grown, " (3 skipped)", "1 pair"));
    assertStringIncludes(fourth.stdout, "80 %");

    renameSync(join(root, "d"), join(root, "e"));
    assertEquals(told(run()), stages(grown, " (3 skipped)", "1 pair (1 skipped)"));
  });
});

test("demo: the report is one page of its own, not looked at in the next run", () => {
  withFiles(alike(10), (root) => {
    const report = join(root, "report.html");
    for (let run = 1; run <= 2; run++) {
      const { status, stderr } = demo("--report", report, root);
      assertStringIncludes(stderr, "listed    2 files in 1 folder");
      assertEquals(status, 0);
      const page = readFileSync(report, "utf8");
      assertMatch(page, /^<!DOCTYPE html>/);
      assert(!/<(?:link|img|iframe)|<script[^>]* src=|@import|url\(/.test(page));
      // Either lane's tasks are named by files.
      assertStringIncludes(page, join(root, "a"));
    }
  });
});

test("demo: files that are gone when their turn comes are named", async () => {
  const gone = (name: string, size: number) => {
    return { path: join(tmpdir(), `missing-${name}`), size, modified: 0, inode: "" };
  };
  await using disk = new AsyncQueue();
  await using threads = new ThreadQueue({ workers: 1 });
  await threads.start();
  const files = [gone("a", 1), gone("b", 3_000_000)];
  const { failures } = await readAll(files, disk, threads, undefined);
  assertEquals(failures.map(({ path }) => path).sort(), files.map(({ path }) => path));
  for (const { reason } of failures) assertMatch(reason, /^ENOENT/);

  await using processes = new ProcessQueue({ workers: 1 });
  const texts = files.map(({ path, size }) => ({ digest: path, size, copies: [[path]] }));
  const comparer = new Comparer(texts, processes, undefined);
  for await (const pair of comparer.compare([[0, 1]])) throw new Error(`Compared ${pair}`);
  assertEquals(comparer.similarity([0, 1]), undefined);
  assertEquals(comparer.failures.map(({ path }) => path), [`${files[0].path}, ${files[1].path}`]);
  assertMatch(comparer.failures[0].reason, /^ENOENT/);
});

test("demo: an interrupted stage cancels its tasks and says why", async () => {
  const interrupt = new AbortController();
  const began = Promise.withResolvers<void>();
  const queue = new AsyncQueue({ mode: "infinite" });
  const running = stage(queue, interrupt.signal, async (queue) => {
    await queue.submit(() => {
      began.resolve();
      return new Promise(() => {});
    });
  });
  await began.promise;
  interrupt.abort("why");
  assertEquals(await running.catch((reason) => reason), "why");
  assert(queue.closed);
  assertEquals(queue.stats.cancelled, 1);
  const late = stage(new AsyncQueue({ mode: "infinite" }), interrupt.signal, () => {
    throw new Error("Must not begin");
  });
  assertEquals(await late.catch((reason) => reason), "why");
});

test("demo: shingles are runs of four words, whatever is between the words", () => {
  const count = (text: string) => shingles(text).length;
  assertEquals(["", " . ", "a", "a b c d", "a b c d e"].map(count), [0, 0, 1, 1, 2]);
  assertEquals(shingles("If (a) {\n  b_1;\n}"), shingles("If a b_1"));
  assert(shingles("a b c d")[0] !== shingles("a b d c")[0]);
  assertEquals(count("日本語の文"), 2);
  assert("signature" in sketch(new TextEncoder().encode("ñ")));
  assert(!("signature" in sketch(new TextEncoder().encode("n\0"))));
  assert(!("signature" in sketch(Uint8Array.of(0x6e, 0xf1))), "not UTF-8");
});

test("demo: signatures are equal in as large a share as texts are", () => {
  const signature = (text: string) => sketch(new TextEncoder().encode(text)).signature!;
  for (const changed of [0, 5, 10, 30, 60]) {
    const { a, b } = alike(changed);
    const other = signature(b);
    const equal = signature(a).filter((minimum, n) => minimum === other[n]).length / other.length;
    const exact = (97 - changed) / (97 + changed);
    // Four standard deviations.
    const tolerance = 4 * Math.sqrt(exact * (1 - exact) / other.length);
    assert(Math.abs(equal - exact) <= tolerance, `${equal} for ${exact}`);
  }
});

test("demo: candidates are the similar pairs, each once, but what is settled", () => {
  const random = (seed: number) => Array.from({ length: 128 }, (_, n) => seed * 1000 + n);
  const near = random(1).with(0, 0).with(64, 0);
  const far = random(1).fill(0, 0, 64);
  const signatures = [random(1), random(2), near, far, random(2)];
  assertEquals([...candidates(signatures, 0.8, () => false)].sort(), [[0, 2], [1, 4]]);
  assertEquals([...candidates(signatures, 0.8, (a) => a === 0)], [[1, 4]]);
  assertEquals([...candidates(signatures, 0.5, () => false)].length, 4);
  assertEquals([...candidates([], 0.8, () => false)], []);
});

test("demo: clusters are what is joined, over others too", () => {
  const clusters = new Clusters(7);
  clusters.join(5, 1);
  clusters.join(2, 4);
  assert(!clusters.joined(1, 4));
  clusters.join(4, 5);
  clusters.join(6, 3);
  assert(clusters.joined(1, 4));
  assertEquals(clusters.groups(), [[1, 2, 4, 5], [3, 6]]);
});

test("demo: similarity is the share of common shingles", () => {
  const { a, b } = alike(10);
  withFiles({ a, b, none: "", doubled: `${a} ${a}` }, (root) => {
    const similarity = (a: string, b: string) => compare(join(root, a), join(root, b));
    assertEquals(similarity("a", "a"), 1);
    assertEquals(similarity("a", "b"), 87 / 107);
    assertEquals(similarity("a", "doubled"), 97 / 100);
    assertEquals(similarity("none", "none"), 0);
  });
});

test("demo: numbers and paths are short and harmless", () => {
  assertEquals(
    [0, 999, 1000, 9_994, 9_996, 99_960, 999_400, 999_600, 1.5e12].map(formatBytes),
    ["0 B", "999 B", "1.00 kB", "9.99 kB", "10.0 kB", "100 kB", "999 kB", "1.00 MB", "1.50 TB"],
  );
  assertEquals([0, 999.4, 12345].map(formatCount), ["0", "999", "12,345"]);
  assertEquals([0.29, 0.999, 1].map(formatShare), ["29 %", "99 %", "100 %"]);
  assertEquals(formatPath("日本/a\n\x1b[31m"), "日本/a\\x0a\\x1b[31m");
});
