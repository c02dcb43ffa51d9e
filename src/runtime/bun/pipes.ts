import { openPipes as openNodePipes } from "../node/pipes.ts";
import type { ChildPipes } from "../runtime.ts";

/** A child's pipes. */
export function openPipes(): ChildPipes {
  const pipes = openNodePipes();
  return {
    ...pipes,
    hide() {
      pipes.hide();
      const { Bun } = globalThis as unknown as { Bun: object };
      Object.defineProperty(Bun, "stdin", { value: new Blob([]) });
    },
  };
}
