/**
 * `deno run -A examples/fractal.ts [PORT]`: serves a page that draws a fractal, tile by tile, on the browser's threads.
 *
 * A bundler would do as well. This server does what a page needs and no more: it leaves out types, says where the package is, and
 * isolates the page, so that its threads share memory.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { stripTypeScriptTypes } from "node:module";
import type { AddressInfo } from "node:net";
import process from "node:process";

const page = new URL("./fractal/", import.meta.url);
const trilane = new URL("./", import.meta.resolve("@trilane/trilane"));
const thread = import.meta.resolve("@trilane/trilane/thread").replace(trilane.href, "/trilane/");

const TYPES: Readonly<Record<string, string>> = { html: "text/html", css: "text/css" };

const HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** The file that a path of the page's is. */
function fileOf(pathname: string): URL {
  if (pathname === "/") return new URL("index.html", page);
  const isPackage = pathname.startsWith("/trilane/");
  return isPackage ? new URL(pathname.slice(9), trilane) : new URL(`.${pathname}`, page);
}

/** What a file is to a browser: its type and text. */
async function read(file: URL): Promise<[type: string, text: string]> {
  const text = await readFile(file, "utf8");
  const extension = file.pathname.split(".").at(-1)!;
  const script = () => extension === "ts" ? stripTypeScriptTypes(text) : text;
  return extension in TYPES
    ? [TYPES[extension]!, text]
    : ["text/javascript", script().replaceAll('"@trilane/trilane/thread"', `"${thread}"`)];
}

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url!, "http://page");
  try {
    const [type, text] = await read(fileOf(pathname));
    response.writeHead(200, { ...HEADERS, "Content-Type": type }).end(text);
  } catch {
    response.writeHead(404).end("There is no such file");
  }
});

server.listen(Number(process.argv[2] ?? 0), "127.0.0.1", () => {
  console.log(`Open http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});
