import { assert, assertEquals, assertFalse } from "@std/assert";
import { WORDS } from "../../../../src/lanes/pool/wire/claims.ts";
import { FILE_JOURNAL_SIZE, FileJournal } from "../../../../src/lanes/process/file_journal.ts";
import { ExchangeFile } from "../../../../src/runtime/exchange_file.ts";
import { channels } from "../../../../src/runtime/channels.ts";
import { test } from "../../../harness.ts";

/** How many numbers come before the journal. */
const FROM = 3;

/** Runs a body with both sides of a journal in a file. */
function withSides(
  body: (pool: FileJournal, child: FileJournal, file: ExchangeFile) => void,
): void {
  const file = ExchangeFile.create(channels.files!, FROM + FILE_JOURNAL_SIZE);
  try {
    body(new FileJournal(file, FROM), new FileJournal(file, FROM), file);
  } finally {
    file.remove();
    file.close();
  }
}

if (channels.files !== undefined) {
  test("file journal: the pool reads what was noted of the tasks that it asks for", () => {
    withSides((pool, child) => {
      assertEquals(pool.notes([1, 2]), []);
      const values = [0, -0, NaN, -1.5, Infinity, 2 ** 53, true, false, null, undefined];
      values.forEach((value, i) => assert(child.note(i + 1, value, i / 2)));
      const tickets = values.map((_, i) => i + 1);
      const expected = values.map((value, i) => ({ ticket: i + 1, value, took: i / 2 }));
      assertEquals(pool.notes(tickets), expected);
      assert(Object.is(pool.notes([2])[0]!.value, -0));
      assertEquals(pool.notes([11, 1]), expected.slice(0, 1));
      assertEquals(pool.notes([3, 11]), expected.slice(2, 3));
    });
  });

  test("file journal: text isn't noted, nor what isn't simple", () => {
    withSides((pool, child) => {
      for (const value of ["", "text", 1n, {}, [], Symbol("s"), () => 1]) {
        assertFalse(child.note(1, value, 1));
      }
      assertEquals(pool.notes([1]), []);
    });
  });

  test("file journal: a note of an earlier task with the same row is none of the later one", () => {
    withSides((pool, child) => {
      for (let ticket = 1; ticket <= 3 * WORDS; ticket++) child.note(ticket, ticket, 1);
      assertEquals(pool.notes([WORDS + 5]), []);
      assertEquals(pool.notes([3 * WORDS]), [{ ticket: 3 * WORDS, value: 3 * WORDS, took: 1 }]);
    });
  });

  test("file journal: half a note is none", () => {
    withSides((pool, child, file) => {
      child.note(7, 7, 7);
      // What was written when the child was killed in the middle of it.
      const table = file.table(FROM, 5);
      table.row.set([7 + WORDS, 1, 4, 1, 7]);
      table.write(7);
      assertEquals([pool.notes([7]), pool.notes([7 + WORDS])], [[], []]);
    });
  });

  test("file journal: a note that is being written is none yet", () => {
    withSides((_, child, file) => {
      child.note(7, 7, 7);
      const rows = file.table(FROM, 5);
      const read = rows.read.bind(rows);
      let looks = 0;
      rows.read = (index) => {
        const row = read(index);
        if (looks++ > 0) return row;
        // The end is written while it is read: what lies before is the old one still.
        child.note(7 + WORDS, 8, 8);
        row[0] = row[4] = 7 + WORDS;
        return row;
      };
      file.table = () => rows;
      const pool = new FileJournal(file, FROM);
      assertEquals(pool.notes([7 + WORDS]), []);
      assertEquals(pool.notes([7 + WORDS]), [{ ticket: 7 + WORDS, value: 8, took: 8 }]);
    });
  });
} else {
  test("file journal: where memory is shared there are no such files", () => {
    assert(channels.memory !== undefined);
  });
}
