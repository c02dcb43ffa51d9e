import { hideProcessStdin } from "../stdin.ts";

/** Gives those who ask for standard input an empty one. */
export function hideStdin(): void {
  hideProcessStdin();
  const { Bun } = globalThis as unknown as { Bun: object };
  Object.defineProperty(Bun, "stdin", { value: new Blob([]) });
  // What they answer where there is no more input.
  Object.assign(globalThis, { alert() {}, confirm: () => false, prompt: () => null });
}
