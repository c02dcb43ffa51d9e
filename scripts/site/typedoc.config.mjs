/**
 * How the site is made of the guides and the doc comments. What there is, in which order, is told where it belongs: entry points by
 * `deno.json`, guides by `docs/README.md`.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Converter, ReflectionKind } from "typedoc";

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (path) => readFileSync(root + path, "utf8");
const { name, exports } = JSON.parse(read("deno.json"));

/** The guides by the heading that they stand under. */
const guides = new Map([["README.md", "Start here"]]);
let heading;
for (const line of read("docs/README.md").split("\n")) {
  heading = /^\*\*(.+)\*\*$/.exec(line)?.[1] ?? heading;
  for (const [, path] of line.matchAll(/\]\(([\w/-]+\.md)\)/g)) guides.set(path, heading);
}

/** Pages that are no guides. */
const others = ["CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"];

const groups = [...new Set(guides.values()), "Project"];

const HEADING = /^# (.+)\n*/;

/** Names each page by its heading instead of its file, and puts it under the heading that it has among the guides. */
function arrangePages(app) {
  const paths = [...guides.keys(), ...others];
  let next = 0;
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_, page) => {
    const path = paths[next++];
    page.name = HEADING.exec(page.content[0].text)[1];
    page.frontmatter.group = guides.get(path) ?? "Project";
  });
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project: { readme: [first] } }) => {
    // The project's name stands above it already.
    first.text = first.text.replace(HEADING, "");
  });
}

/** Names the modules as programs import them. */
function nameModules(app) {
  const names = new Map(
    Object.entries(exports).map(([entry, path]) => [path.slice(2), name + entry.slice(1)]),
  );
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (context, reflection) => {
    if (reflection.kind !== ReflectionKind.Module) return;
    const [{ fileName }] = context.getSymbolFromReflection(reflection).declarations;
    reflection.name = names.get(fileName.replace(root, ""));
  });
}

/** @type {import("typedoc").TypeDocOptions} */
export default {
  entryPoints: Object.values(exports).map((path) => root + path),
  tsconfig: fileURLToPath(new URL("tsconfig.json", import.meta.url)),
  out: `${root}site`,
  customCss: fileURLToPath(new URL("site.css", import.meta.url)),
  favicon: fileURLToPath(new URL("favicon.svg", import.meta.url)),
  name: "Trilane",
  readme: `${root}README.md`,
  basePath: root,
  projectDocuments: [
    ...Array.from(guides.keys(), (path) => `${root}docs/${path}`),
    ...others.map((path) => root + path),
  ],
  plugin: [arrangePages, nameModules],
  // `deno task check` has checked the types, with those of the runtimes.
  skipErrorChecking: true,
  disableSources: true,
  searchInComments: true,
  searchInDocuments: true,
  sort: ["alphabetical-ignoring-documents"],
  groupOrder: [...groups, "Modules", "Classes", "Functions", "Interfaces", "*"],
  navigation: { includeGroups: true, compactFolders: false },
  highlightLanguages: ["typescript", "javascript", "shellscript", "console", "python", "json"],
  externalSymbolLinkMappings: { typescript: { "*": "#" } },
  validation: { notExported: false },
  treatWarningsAsErrors: true,
};
