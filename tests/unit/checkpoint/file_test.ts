import { assert, assertEquals, assertThrows } from "@std/assert";
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";
import process from "node:process";
import { TrilaneError } from "../../../mod.ts";
import { Checkpoint } from "../../../src/checkpoint/mod.ts";
import { Sqlite } from "../../../src/runtime/sqlite.ts";
import { test } from "../../harness.ts";
import { start, withFolder } from "./support.ts";

/** Runs a body with a folder of its own. */
const inFolder = (body: (folder: string) => void) => () =>
  withFolder((folder) => Promise.resolve(body(folder)));

/** All files of a folder with what tells their contents; without those that open databases keep their locks in. */
function snapshot(folder: string): Record<string, string> {
  const names = readdirSync(folder).filter((name) => !name.endsWith("-shm"));
  return Object.fromEntries(
    names.map((name) => {
      const bytes = readFileSync(join(folder, name));
      return [name, createHash("sha256").update(bytes).digest("hex")];
    }),
  );
}

/** Asserts that a file can't be opened, and is left as it is, with all that is beside it. */
function assertRefused(folder: string, name: string, why: string): void {
  const file = join(folder, name);
  const before = snapshot(folder);
  const error = assertThrows(() => new Checkpoint(file), TrilaneError, "Cannot open checkpoint '");
  assert(error.message.includes(why), error.message);
  assert(error.cause instanceof Error);
  assertEquals(snapshot(folder), before);
}

/** Fills a checkpoint and closes it. */
function fill(file: string, count = 1000): void {
  using checkpoint = new Checkpoint(file);
  checkpoint.recordAll(Array.from({ length: count }, (_, n) => {
    return { namespace: "filled", key: `${n}`, value: "x".repeat(50) };
  }));
}

test(
  "file: a new one is made, and nothing is left beside it",
  inFolder((folder) => {
    fill(join(folder, "run.sqlite"));
    assertEquals(readdirSync(folder), ["run.sqlite"]);
    using checkpoint = new Checkpoint(join(folder, "run.sqlite"));
    assertEquals(checkpoint.count("filled"), 1000);
  }),
);

test(
  "file: it is a database in WAL mode that says whose it is",
  inFolder((folder) => {
    const file = join(folder, "run.sqlite");
    fill(file);
    const database = new Sqlite(file);
    assertEquals({ ...database.all("PRAGMA journal_mode")[0] }, { journal_mode: "wal" });
    assertEquals({ ...database.all("PRAGMA user_version")[0] }, { user_version: 2 });
    assertEquals({ ...database.all("PRAGMA application_id")[0] }, { application_id: 0x544c4350 });
    database.close();
  }),
);

test(
  "file: an empty file becomes one",
  inFolder((folder) => {
    const file = join(folder, "run.sqlite");
    writeFileSync(file, "");
    fill(file);
    using checkpoint = new Checkpoint(file);
    assertEquals(checkpoint.count(), 1000);
  }),
);

test(
  "file: its path may be relative, a link, or look like something else",
  inFolder((folder) => {
    const file = join(folder, "run.sqlite");
    fill(file);
    symlinkSync(file, join(folder, "link"));
    const found = [relative(process.cwd(), file), join(folder, "link")].map((path) => {
      using checkpoint = new Checkpoint(path);
      return checkpoint.count();
    });
    assertEquals(found, [1000, 1000]);
    const odd = join(folder, "file:x?mode=memory#%41");
    fill(odd, 2);
    assert(existsSync(odd));
  }),
);

test(
  "file: what a killed program left is taken over",
  inFolder((folder) => {
    using checkpoint = new Checkpoint(join(folder, "run.sqlite"));
    checkpoint.record("a", "1", "one");
    mkdirSync(join(folder, "killed"));
    for (const name of ["run.sqlite", "run.sqlite-wal"]) {
      copyFileSync(join(folder, name), join(folder, "killed", name));
    }
    using rest = new Checkpoint(join(folder, "killed", "run.sqlite"));
    assertEquals(rest.lookup("a", "1"), { value: "one" });
  }),
);

test(
  "file: two of one program use it at one time",
  inFolder((folder) => {
    const file = join(folder, "run.sqlite");
    using one = new Checkpoint(file);
    using two = new Checkpoint(file);
    for (let n = 0; n < 100; n++) {
      one.record("a", `${2 * n}`, n);
      two.record("a", `${2 * n + 1}`, n);
    }
    assertEquals([one.count(), two.count()], [200, 200]);
    {
      using three = new Checkpoint(file);
      assertEquals(three.count(), 200);
    }
    one.record("a", "more", 1);
    assertEquals(two.has("a", "more"), true);
  }),
);

test(
  "file: text is refused",
  inFolder((folder) => {
    for (const [name, text] of [["short", "a"], ["text", "Not a database\n".repeat(1000)]]) {
      writeFileSync(join(folder, name!), text!);
      assertRefused(folder, name!, "it is not an SQLite database");
    }
  }),
);

test(
  "file: another program's database is refused, in any mode, with its log",
  inFolder((folder) => {
    for (const mode of ["delete", "wal"]) {
      const file = join(folder, mode);
      const database = new Sqlite(file);
      database.all(`PRAGMA journal_mode = ${mode}`);
      database.exec(
        "CREATE TABLE success (namespace, key, value); INSERT INTO success VALUES (1, 2, 3)",
      );
      // In use: with all that it has written in its log.
      assertRefused(folder, mode, "it is another program's database");
      database.close();
      assertRefused(folder, mode, "it is another program's database");
    }
  }),
);

test(
  "file: one of version 1, which has no log, is read and goes on being used",
  inFolder((folder) => {
    const file = join(folder, "run.sqlite");
    const database = new Sqlite(file);
    database.exec(`
      PRAGMA application_id = ${0x544c4350};
      PRAGMA user_version = 1;
      PRAGMA journal_mode = WAL;
      CREATE TABLE success (
        namespace TEXT NOT NULL,
        key TEXT NOT NULL,
        value,
        PRIMARY KEY (namespace, key)
      ) WITHOUT ROWID;
      INSERT INTO success VALUES ('a', '1', '"one"'), ('a', '2', '"two"'), ('b', '1', NULL);
    `);
    database.close();
    for (let time = 0; time < 2; time++) {
      using checkpoint = new Checkpoint(file);
      assertEquals(checkpoint.lookup("a", "1"), { value: "one" });
      assertEquals(checkpoint.lookup("a", "2"), { value: time === 0 ? "two" : "new" });
      assertEquals(checkpoint.lookup("b", "1"), { value: undefined });
      checkpoint.record("a", "2", "new");
      checkpoint.record("a", "3", "three");
      assertEquals(checkpoint.lookupAll("a", ["1", "2", "3", "4"]), [
        { value: "one" },
        { value: "new" },
        { value: "three" },
        undefined,
      ]);
      // The first time without a fold.
      if (time === 1) assertEquals([checkpoint.count("a"), checkpoint.count()], [3, 4]);
    }
  }),
);

test(
  "file: another version's is refused",
  inFolder((folder) => {
    const file = join(folder, "run.sqlite");
    fill(file);
    const database = new Sqlite(file);
    database.exec("PRAGMA user_version = 3");
    database.close();
    assertRefused(folder, "run.sqlite", "it has version 3, and this program knows versions 1 to 2");
  }),
);

test(
  "file: a damaged one is refused",
  inFolder((folder) => {
    fill(join(folder, "run.sqlite"));
    copyFileSync(join(folder, "run.sqlite"), join(folder, "cut"));
    truncateSync(join(folder, "cut"), 3 * 4096);
    assertRefused(folder, "cut", "malformed");
    const bytes = readFileSync(join(folder, "run.sqlite"));
    bytes.fill(0x55, 2 * 4096, 4 * 4096);
    writeFileSync(join(folder, "scratched"), bytes);
    assertRefused(folder, "scratched", "damaged");
  }),
);

test(
  "file: a folder and a place that is not there are refused",
  inFolder((folder) => {
    mkdirSync(join(folder, "inner"));
    assertThrows(() => new Checkpoint(join(folder, "inner")), TrilaneError, "it is not a file");
    assertThrows(
      () => new Checkpoint(join(folder, "missing", "run.sqlite")),
      TrilaneError,
      "its folder does not exist",
    );
    assertEquals(readdirSync(folder), ["inner"]);
  }),
);

test("file: one that can't be written is refused", () =>
  withFolder(async (folder) => {
    const file = join(folder, "run.sqlite");
    fill(file);
    chmodSync(folder, 0o755);
    chmodSync(file, 0o444);
    const before = snapshot(folder);
    const { text } = await start("read_only", [file]).ended;
    assert(text.includes("Cannot open checkpoint"), text);
    assert(text.includes("readonly database"), text);
    assertEquals(snapshot(folder), before);
  }));

test("file: it takes no more permissions than to read and to write its folder", () =>
  withFolder(async (folder) => {
    const permissions = [`--allow-read=${folder}`, `--allow-write=${folder}`];
    const { code, text } = await start("twice", [join(folder, "a.sqlite")], permissions).ended;
    assertEquals([code, text], [0, "1\n2\n"]);
  }));

test(
  "file: what goes wrong while it is used says what was attempted, and why",
  inFolder((folder) => {
    const file = join(folder, "run.sqlite");
    fill(file, 1);
    using checkpoint = new Checkpoint(file);
    const other = new Sqlite(file);
    other.exec("DROP TABLE batch");
    other.close();
    const uses: readonly [string, () => unknown][] = [
      ["look up in", () => checkpoint.has("filled", "0")],
      ["look up in", () => checkpoint.lookup("filled", "0")],
      ["look up in", () => checkpoint.lookupAll("filled", ["0"])],
      ["record in", () => checkpoint.record("filled", "1", 1)],
      ["count in", () => checkpoint.count()],
      ["list the namespaces of", () => checkpoint.namespaces()],
      ["clear", () => checkpoint.clear()],
    ];
    for (const [attempt, use] of uses) {
      const message = `Cannot ${attempt} checkpoint '${file}': no such table: batch`;
      const error = assertThrows(use, TrilaneError, message);
      assert(error.cause instanceof Error);
    }
  }),
);
