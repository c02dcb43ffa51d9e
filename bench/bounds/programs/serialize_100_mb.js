/**
 * Makes 100 MB of bytes or text and writes them as a clone, and prints by how many bytes its memory grew at most.
 *
 * @module
 */
import process from "node:process";
import { serialize } from "node:v8";

const SIZE = 100_000_000;

const before = process.memoryUsage().rss;
const value = process.argv[2] === "text"
  ? "0123456789".repeat(SIZE / 10)
  : new Uint8Array(SIZE).fill(7);
const written = serialize([value]);
if (written.length < SIZE) throw new Error(`Wrote ${written.length} bytes`);
// In kilobytes, on every runtime.
console.log(process.resourceUsage().maxRSS * 1024 - before);
