import { assertEquals } from "@std/assert";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { followLinks } from "../../scripts/links.ts";
import { test } from "../harness.ts";
import { withFolder } from "../temporary_folder.ts";

test("links: those that lead nowhere are told, of pages and of the menu", () =>
  withFolder((folder) => {
    mkdirSync(join(folder, "guides"));
    mkdirSync(join(folder, "assets"));
    writeFileSync(
      join(folder, "index.html"),
      `<a href="guides/first.html#end">1</a> <a href="guides/first.html#none">2</a>
       <img src="none.svg"> <a href="https://site.example/">3</a> <a href="#">4</a>
       <a href="guides">5</a> <a href="a&amp;b.txt">6</a>`,
    );
    writeFileSync(join(folder, "a&b.txt"), "");
    writeFileSync(
      join(folder, "guides/first.html"),
      `<h2 id="end">End</h2> <a href="../index.html">1</a> <a href="#start">2</a>`,
    );
    const menu = [{
      text: "Guides",
      children: [{ path: "guides/first.html" }, { path: "gone.html" }],
    }];
    const data = deflateSync(JSON.stringify(menu)).toString("base64");
    writeFileSync(join(folder, "assets/navigation.js"), `window.navigationData = "${data}"`);
    const { links, broken } = followLinks(folder);
    assertEquals(broken.toSorted(), [
      "guides/first.html: #start",
      "index.html: gone.html",
      "index.html: guides",
      "index.html: guides/first.html#none",
      "index.html: none.svg",
    ]);
    assertEquals(links, 10);
    return Promise.resolve();
  }));
