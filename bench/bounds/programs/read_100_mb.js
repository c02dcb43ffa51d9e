/**
 * Reads 100 MB from a child into an array that was made for them, and prints by how many bytes its memory grew at most.
 *
 * @module
 */
import { spawn } from "node:child_process";
import process from "node:process";

const SIZE = 100_000_000;

const before = process.memoryUsage().rss;
const bytes = new Uint8Array(SIZE);
let length = 0;
const child = spawn("head", ["-c", `${SIZE}`, "/dev/zero"], {
  stdio: ["ignore", "pipe", "inherit"],
});
for await (const chunk of child.stdout) {
  bytes.set(chunk, length);
  length += chunk.length;
}
if (length !== SIZE) throw new Error(`Read ${length} bytes`);
// In kilobytes, on every runtime.
console.log(process.resourceUsage().maxRSS * 1024 - before);
