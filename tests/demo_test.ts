import { AsyncQueue } from "@trilane/trilane";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { spawnSync } from "node:child_process";
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { hashFile } from "../examples/duplicates/files.ts";
import { formatBytes, formatCount, formatPath } from "../examples/duplicates/format.ts";
import { runtime, test } from "./harness.ts";

/** Runs the demo as a user does: on Deno through its task, with the permissions given there. */
function demo(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const command = runtime === "deno"
    ? ["task", "--quiet", "demo", ...args]
    : ["examples/duplicates.ts", ...args];
  return spawnSync(process.execPath, command, {
    cwd: fileURLToPath(new URL("../", import.meta.url)),
    encoding: "utf8",
  });
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

/** A line of the printed summary: what it says after the name. */
function summaryOf(stdout: string, name: string): string | undefined {
  return stdout.match(new RegExp(`^${name} +(.*)$`, "m"))?.[1];
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
  };
  withFiles(files, (root) => {
    const { status, stdout, stderr } = demo(root);
    const [printed] = stdout.split(/^-+$/m);
    assertEquals(
      printed.replaceAll(root, "DIR"),
      `200000 bytes (200 kB) wasted: 2 copies of 200000 bytes
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
200017 bytes (200 kB) wasted by 9 files in 4 sets of duplicates
`,
    );
    assertStringIncludes(stdout, "Run summary: passed");
    assertEquals(summaryOf(stdout, "Succeeded"), `${11 + 6}`); // the files, and the directories
    assertMatch(stderr, /^11 files, [\d,]+ files\/s, 600 kB, [\d.]+ [kM]B\/s, [\d.]+ s\n$/);
    assertEquals(status, 0);
  });
});

test("demo: links waste nothing", () => {
  withFiles({ "a/file": "text", "b": "other" }, (root) => {
    symlinkSync(join(root, "a"), join(root, "link to a directory"));
    symlinkSync(join(root, "a/file"), join(root, "link to a file"));
    linkSync(join(root, "a/file"), join(root, "hard link"));
    const { status, stdout } = demo(root);
    assertStringIncludes(stdout, "No duplicates\n");
    assertEquals(summaryOf(stdout, "Tasks"), "5");
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

test("demo: a file that can't be read is a failed task, not retried", () => {
  withFiles({ "a": "text", "b": "text" }, (root) => {
    symlinkSync("nowhere", join(root, "dangling"));
    const { status, stdout, stderr } = demo(root);
    assertStringIncludes(stdout, "4 bytes wasted by 2 files in 1 set of duplicates\n");
    assertStringIncludes(stdout, "Run summary: completed with failures");
    assertEquals(summaryOf(stdout, "Failed"), "1");
    assertMatch(stdout, /^ {2}hashFile: ENOENT: .*dangling'$/m);
    assertStringIncludes(stderr, ", 1 failed, ");
    assertEquals(status, 0);
  });
});

test("demo: a directory that can't be listed is a failed task", () => {
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
      assertEquals(summaryOf(stdout, "Failed"), "2");
      assertMatch(stdout, /^ {2}listDirectory: ENAMETOOLONG/m);
      assertMatch(stdout, /^ {2}hashFile: ENAMETOOLONG/m);
      assertEquals(status, 0);
    } finally {
      renameSync(longer, join(root, "a"));
    }
  });
});

test("demo: looks through this project by default", () => {
  const { status, stdout, stderr } = demo();
  assertStringIncludes(stdout, "Run summary: ");
  assertMatch(stderr, /^[\d,]+ files, /m);
  assertEquals(status, 0);
});

test("demo: wrong usage is told on stderr with status 2", () => {
  withFiles({ file: "" }, (root) => {
    const wrong: [args: string[], message: string][] = [
      [[join(root, "missing")], `DIR must exist: got '${join(root, "missing")}'`],
      [[join(root, "file")], `DIR must be a directory: got '${join(root, "file")}'`],
      [[root, root], "DIR must be one directory: got 2 arguments"],
      [["--recursive", root], "Unknown option: '--recursive'"],
      [["-r"], "Unknown option: '-r'"],
      [["--help=me"], "Unknown option: '--help=me'"],
    ];
    for (const [args, message] of wrong) {
      const { status, stdout, stderr } = demo(...args);
      assertEquals([status, stdout, stderr], [2, "", `${message}\nTry --help\n`]);
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

test("demo: an error of reading says which file it was", async () => {
  await using queue = new AsyncQueue();
  await queue.start();
  const folder = fileURLToPath(new URL(".", import.meta.url));
  const result = await queue.submit(hashFile, [folder]);
  assert(result.status === "failed");
  assertMatch(result.message!, /^EISDIR/);
  assertStringIncludes(result.message!, folder);
});

test("demo: numbers and paths are short and harmless", () => {
  assertEquals(
    [0, 999, 1000, 9_994, 9_996, 99_960, 999_400, 999_600, 1.5e12].map(formatBytes),
    ["0 B", "999 B", "1.00 kB", "9.99 kB", "10.0 kB", "100 kB", "999 kB", "1.00 MB", "1.50 TB"],
  );
  assertEquals([0, 999.4, 12345].map(formatCount), ["0", "999", "12,345"]);
  assertEquals(formatPath("日本/a\n\x1b[31m"), "日本/a\\x0a\\x1b[31m");
});
