/**
 * A child without any pool around it: answers each line of JSON with one, a number with its successor.
 *
 * @module
 */
import process from "node:process";
import { createInterface } from "node:readline";

for await (const line of createInterface({ input: process.stdin })) {
  const value = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(typeof value === "number" ? value + 1 : value)}\n`);
}
