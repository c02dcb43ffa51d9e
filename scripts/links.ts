/**
 * Follows the links of a static site.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { inflateSync } from "node:zlib";

/** What was found. */
export interface Followed {
  /** How many links were followed. */
  readonly links: number;
  /** Those that lead nowhere: the page and the link. */
  readonly broken: readonly string[];
}

/**
 * Follows all links within a site: of pages, pictures, scripts, and of the menu that TypeDoc keeps for its script. Links to other
 * sites are left alone.
 *
 * @param root The site's folder.
 * @returns What was found.
 */
export function followLinks(root: string): Followed {
  const pages = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".html"));
  const texts = new Map(pages.map((page) => [page, readFileSync(join(root, page), "utf8")]));
  const broken: string[] = [];
  let links = 0;
  const follow = (page: string, link: string) => {
    if (/^[a-z]+:/i.test(link)) return;
    links++;
    const [path, anchor] = decodeURI(link).split("#");
    const target = path === "" ? page : relative(root, join(root, dirname(page), path!));
    const text = texts.get(target);
    const file = join(root, target);
    const isThere = text === undefined
      ? existsSync(file) && statSync(file).isFile()
      : !anchor || text.includes(`id="${anchor}"`);
    if (!isThere) broken.push(`${page}: ${link}`);
  };
  for (const [page, text] of texts) {
    for (const [, link] of text.matchAll(/\s(?:href|src)="([^"]+)"/g)) {
      follow(page, link!.replaceAll("&amp;", "&"));
    }
  }
  for (const link of menuLinks(root)) follow("index.html", link);
  return { links, broken };
}

/** An entry of the menu. */
interface Entry {
  readonly path?: string;
  readonly children?: readonly Entry[];
}

function menuLinks(root: string): string[] {
  const file = join(root, "assets/navigation.js");
  if (!existsSync(file)) return [];
  const data = /"([^"]+)"/.exec(readFileSync(file, "utf8"))![1]!;
  const entries: Entry[] = JSON.parse(inflateSync(Buffer.from(data, "base64")).toString());
  const linksOf = ({ path, children = [] }: Entry): string[] => [
    ...path === undefined ? [] : [path],
    ...children.flatMap(linksOf),
  ];
  return entries.flatMap(linksOf);
}
