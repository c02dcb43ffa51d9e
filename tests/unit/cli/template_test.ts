import { assertEquals } from "@std/assert";
import { spawnSync } from "node:child_process";
import { shellWord } from "../../../src/cli/exec/shell.ts";
import { CommandTemplate } from "../../../src/cli/exec/template.ts";
import { type Input, InputFormat } from "../../../src/cli/input/format.ts";
import { combinations, countCombinations, separate } from "../../../src/cli/input/links.ts";
import { test } from "../../harness.ts";

function input(text: string): Input {
  return new InputFormat({}).inputs([text])[0];
}

function words(template: string[], given: Input, named = false): string[] {
  return new CommandTemplate(template, false, named).words(given);
}

test("cli template: placeholders stand for the input and its parts", () => {
  const given = input("dir.d/sub/photo.old.jpg");
  const templates: [word: string, result: string][] = [
    ["{}", "dir.d/sub/photo.old.jpg"],
    ["<{}>", "<dir.d/sub/photo.old.jpg>"],
    ["{.}", "dir.d/sub/photo.old"],
    ["{/}", "photo.old.jpg"],
    ["{//}", "dir.d/sub"],
    ["{/.}", "photo.old"],
    ["{.}.png", "dir.d/sub/photo.old.png"],
    ["{#}:{/}", "1:photo.old.jpg"],
    ["{1}", "dir.d/sub/photo.old.jpg"],
    ["{1/.}", "photo.old"],
    ["{2}", ""],
  ];
  for (const [word, result] of templates) assertEquals(words(["x", word], given), ["x", result]);
  const parts = (path: string) => words(["{.}|{/}|{//}|{/.}"], input(path))[0];
  assertEquals(parts("plain"), "plain|plain|.|plain");
  assertEquals(parts("/root.txt"), "/root|root.txt|/|root");
  assertEquals(parts("a.b/c"), "a.b/c|c|a.b|c");
  assertEquals(parts(""), "||.|");
});

test("cli template: where there is no placeholder the input comes last", () => {
  assertEquals(words(["echo", "a"], input("x y")), ["echo", "a", "x y"]);
  // Braces that mean something else are none, and stay.
  assertEquals(words(["jq", "{a: .b}", "${HOME}", "{ }"], input("x")), [
    ...["jq", "{a: .b}", "${HOME}", "{ }", "x"],
  ]);
});

test("cli template: columns and fields have names", () => {
  const [row] = new InputFormat({ csv: true }).inputs(["name,file path", "x,a/b.c"]);
  assertEquals(words(["{name}", "{file path/}", "{2.}", "{other}"], row, true), [
    ...["x", "b.c", "a/b", "{other}"],
  ]);
  const [object, list] = new InputFormat({ json: true }).inputs([
    '{"n":1,"s":"t","o":{"a":[1]}}',
    '["a b",2]',
  ]);
  assertEquals(words(["{n}", "{s}", "{o}"], object, true), ["1", "t", '{"a":[1]}']);
  assertEquals(words(["{2}", "{1}"], list, true), ["2", "a b"]);
});

test("cli template: an input of several words is as many", () => {
  const linked = new InputFormat({}).linked(["a.x", "b/c.y"]);
  assertEquals(words(["{}"], linked), ["a.x", "b/c.y"]);
  assertEquals(words(["<{}>", "{/}"], linked), ["<a.x b/c.y>", "a.x c.y"]);
  assertEquals(words(["{2}", "{1.}"], linked), ["b/c.y", "a"]);
  assertEquals(words(["x"], linked), ["x", "a.x", "b/c.y"]);
});

test("cli template: a shell gets each input as one word, whatever it is", () => {
  const texts = ["plain", "a b", "", "it's", "$(id) `id` $HOME", "a\nb", "*", "~", "-n", '"', "\\"];
  for (const text of texts) {
    const template = new CommandTemplate(["printf '%s|' {} x{}"], true, false);
    const [shell, ...args] = template.words(input(text));
    const { stdout } = spawnSync(shell, args, { encoding: "utf8" });
    assertEquals(stdout, `${text}|x${text}|`);
    assertEquals(
      spawnSync("/bin/sh", ["-c", `printf %s ${shellWord(text)}`]).stdout.toString(),
      text,
    );
  }
});

test("cli links: sources are combined, linked ones go one with one", () => {
  const sources: [words: string, combined: string][] = [
    [":::", ""],
    ["::: a b", "a b"],
    ["::: a b ::: c d", "ac ad bc bd"],
    ["::: a b :::+ c d", "ac bd"],
    ["::: a b c :::+ d", "ad"],
    ["::: a b ::: c d :::+ e f", "ace adf bce bdf"],
    ["::: a b ::: :::", ""],
  ];
  for (const [text, combined] of sources) {
    const { groups } = separate(text.split(" "));
    const all = [...combinations(groups)].map((words) => words.join(""));
    assertEquals(all.join(" "), combined, text);
    assertEquals(countCombinations(groups), all.length, text);
  }
  assertEquals(separate(["cmd", "-x", ":::", "a"]).command, ["cmd", "-x"]);
});
