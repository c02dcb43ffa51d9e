import { neighbour } from "../../runtime/neighbour.ts";
import type { ThreadModule } from "../../runtime/runtime.ts";
import type {} from "./entry.ts";

/** What the workers of a pool run, unless an option says where it is. */
export const ENTRY: ThreadModule = {
  url: neighbour(import.meta.url, "./entry.ts"),
  // In one piece, since this is what bundlers look for: they put the module where the worker finds it.
  startWeb: (name) => new Worker(new URL("./entry.ts", import.meta.url), { type: "module", name }),
};
