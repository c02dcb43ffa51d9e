/**
 * `deno task docs`: builds the site, guides and API reference, in the folder `site`, and follows all of its links.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { followLinks } from "./links.ts";

const folder = fileURLToPath(new URL("site/", import.meta.url));
const site = fileURLToPath(new URL("../site/", import.meta.url));

async function run(command: string, ...args: string[]): Promise<void> {
  const child = new Deno.Command(command, { args, cwd: folder, stdin: "null" });
  const { code } = await child.spawn().status;
  if (code !== 0) Deno.exit(code);
}

await run("npm", "install", "--silent", "--no-audit", "--no-fund", "--no-package-lock");
await run("node", "node_modules/typedoc/bin/typedoc", "--options", "typedoc.config.mjs");
const { links, broken } = followLinks(site);
for (const link of broken) console.error(`Leads nowhere: ${link}`);
console.log(`${links} links, ${broken.length} of them lead nowhere`);
if (broken.length > 0 || links === 0) Deno.exit(1);
console.log(`The site is in ${site}`);
