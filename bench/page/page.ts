/**
 * What runs in a page: one contender, told by `contestant.ts` beside this.
 *
 * @module
 */
import { collectYoungGarbage } from "../memory.ts";
import type { Figures, Runner } from "../work.ts";
import { contenderOf } from "../works.ts";

let runner: Runner;

/** What the page is asked to do. */
export interface Page {
  open(id: string, name: string): Promise<void>;
  round(): Promise<Figures>;
}

const page: Page = {
  async open(id, name) {
    runner = await contenderOf(id, name).open();
  },
  round() {
    collectYoungGarbage();
    return runner.round();
  },
};

Object.assign(globalThis, { page });
