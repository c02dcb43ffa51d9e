/**
 * `bun yaml.ts FILE`: prints a file of YAML as JSON.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { argv } from "node:process";

type Parser = { YAML: { parse(text: string): unknown } };

const { YAML } = (globalThis as unknown as { Bun: Parser }).Bun;
console.log(JSON.stringify(YAML.parse(readFileSync(argv[2]!, "utf8"))));
