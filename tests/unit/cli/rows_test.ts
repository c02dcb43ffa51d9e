import { assertEquals, assertThrows } from "@std/assert";
import { csvFields, RowJoiner } from "../../../src/cli/input/rows.ts";
import { test } from "../../harness.ts";

test("cli rows: the fields of CSV may be quoted", () => {
  const rows: [row: string, fields: string[]][] = [
    ["", [""]],
    ["a,b", ["a", "b"]],
    [",", ["", ""]],
    ['"a,b",c', ["a,b", "c"]],
    ['"",""', ["", ""]],
    ['"say ""hi""",', ['say "hi"', ""]],
    ['"two\nlines",x', ["two\nlines", "x"]],
    ['5" disk,b', ['5" disk', "b"]],
    [' "a",b', [' "a"', "b"]],
    ['a,"b"', ["a", "b"]],
  ];
  for (const [row, fields] of rows) assertEquals(csvFields(row), fields, row);
});

test("cli rows: what isn't CSV is told", () => {
  assertThrows(() => csvFields('a,"b'), SyntaxError, "A quoted field has no end");
  assertThrows(() => csvFields('"a"b,c'), SyntaxError, "Field 1 has text after its closing quote");
});

test("cli rows: a quoted field may hold line ends", () => {
  const joiner = new RowJoiner(true);
  assertEquals(joiner.push(["a,b", '1,"two', 'lines"']), ["a,b", '1,"two\nlines"']);
  assertEquals(joiner.push(['2,"say ""x', 'y""",z', '5" disk,b', "end"]), [
    '2,"say ""x\ny""",z',
    '5" disk,b',
    "end",
  ]);
  assertEquals(joiner.push(['3,"open']), []);
  assertEquals(joiner.end(), ['3,"open']);
  assertEquals(joiner.end(), []);
  assertEquals(new RowJoiner(false).push(['a "b', 'c"']), ['a "b', 'c"']);
});
