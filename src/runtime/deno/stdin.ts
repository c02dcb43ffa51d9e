import { hideProcessStdin } from "../stdin.ts";

/** Gives those who ask for standard input an empty one. */
export function hideStdin(): void {
  hideProcessStdin();
  Object.defineProperties(Deno.stdin, {
    readSync: { value: () => null },
    read: { value: () => Promise.resolve(null) },
    readable: { get: () => new Blob([]).stream() },
  });
}
